//! A server of Envoy's external authorization, on tonic and the protocol as Envoy publishes it.

use envoy_types::pb::envoy::service::auth::v3::authorization_server::{
    Authorization, AuthorizationServer,
};
use envoy_types::pb::envoy::service::auth::v3::{CheckRequest, CheckResponse};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// What it does with a question.
#[derive(Clone, Debug)]
pub(crate) enum Verdict {
    /// It answers so.
    Says(Box<CheckResponse>),
    /// It answers so after this long.
    Late(Duration, Box<CheckResponse>),
    /// The call fails with this status.
    Fails(Status),
    /// It says nothing.
    Never,
}

type Script = Arc<dyn Fn(&CheckRequest) -> Verdict + Send + Sync>;

/// A question as it came, with its metadata.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) message: CheckRequest,
    /// `x-request-id` and `traceparent`.
    pub(crate) metadata: [Option<String>; 2],
}

/// A server on a free loopback port. Its thread ends with the test's process.
#[derive(Clone)]
pub(crate) struct Checker {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    script: Arc<Mutex<Script>>,
}

impl Checker {
    /// Starts one that answers so.
    pub(crate) fn start(script: impl Fn(&CheckRequest) -> Verdict + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let script: Script = Arc::new(script);
        let checker = Self {
            port: listener.local_addr().unwrap().port(),
            asked: Arc::default(),
            script: Arc::new(Mutex::new(script)),
        };
        let own = checker.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let service = AuthorizationServer::new(own);
                let server = Server::builder().add_service(service);
                let incoming = TcpIncoming::from(listener);
                server.serve_with_incoming(incoming).await.unwrap();
            });
        });
        checker
    }

    /// Answers so from now on.
    pub(crate) fn now_answers(
        &self,
        script: impl Fn(&CheckRequest) -> Verdict + Send + Sync + 'static,
    ) {
        *self.script.lock().unwrap() = Arc::new(script);
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How often it was asked so far.
    pub(crate) fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[tonic::async_trait]
impl Authorization for Checker {
    async fn check(
        &self,
        request: Request<CheckRequest>,
    ) -> Result<Response<CheckResponse>, Status> {
        let metadata = ["x-request-id", "traceparent"].map(|name| {
            let value = request.metadata().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        });
        let message = request.into_inner();
        let script = Arc::clone(&self.script.lock().unwrap());
        let verdict = script(&message);
        self.asked.lock().unwrap().push(Asked { message, metadata });
        match verdict {
            Verdict::Says(response) => Ok(Response::new(*response)),
            Verdict::Late(pause, response) => {
                tokio::time::sleep(pause).await;
                Ok(Response::new(*response))
            }
            Verdict::Fails(status) => Err(status),
            Verdict::Never => std::future::pending().await,
        }
    }
}
