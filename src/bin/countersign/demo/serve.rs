//! A server of the demo: a router on a free loopback port that can go away and come back.

use anyhow::{Context, Result};
use axum::Router;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A router that is served, or was.
pub(crate) struct Server {
    app: Router,
    address: SocketAddr,
    running: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Server {
    /// Serves `app` on a free loopback port.
    pub(crate) async fn start(app: Router) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .context("no free loopback port")?;
        let address = listener.local_addr()?;
        let running = Some(serve(listener, app.clone()));
        Ok(Self {
            app,
            address,
            running,
        })
    }

    /// Where it listens, or listened.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the port and the idle connections: who calls now is refused.
    pub(crate) async fn stop(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            let _ = stop.send(());
            let _ = task.await;
        }
    }

    /// Listens again on the same port.
    pub(crate) async fn resume(&mut self) -> Result<()> {
        if self.running.is_none() {
            let listener = TcpListener::bind(self.address)
                .await
                .with_context(|| format!("cannot listen again on {}", self.address))?;
            self.running = Some(serve(listener, self.app.clone()));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((_, task)) = self.running.take() {
            task.abort();
        }
    }
}

fn serve(listener: TcpListener, app: Router) -> (oneshot::Sender<()>, JoinHandle<()>) {
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(async move {
        let served = axum::serve(listener, app).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        let _ = served.await;
    });
    (stop, task)
}
