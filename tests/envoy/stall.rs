//! A decision service that stalls under load: nothing passes that must not, who does not ask is not
//! slowed, memory is bounded, and it ends by itself.

use crate::circuits::{ASKED, Scene, permit};
use crate::server::Reply;
use crate::wire::Connection;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const PLAIN: &str = "/accounts/1";
const WORKERS: u32 = 2;
/// How many requests may wait for the service on each worker where no circuit helps.
const PLACES: u64 = 8;
const SUBJECTS: usize = 24;
/// How often each client asks.
const PACE: Duration = Duration::from_millis(400);

/// What keeps the requests that wait few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    /// The circuit.
    Circuit,
    /// The places: the circuit never opens.
    Places,
}

/// Clients that ask, each at a pace of its own unless its answers take longer, and what they were
/// answered.
struct Load {
    stop: Arc<AtomicBool>,
    answers: Arc<Mutex<BTreeMap<String, usize>>>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    fn of(scene: &Arc<Scene>, clients: usize) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let answers: Arc<Mutex<BTreeMap<String, usize>>> = Arc::default();
        let clients = (0..clients).map(|client| {
            let (scene, stop, answers) =
                (Arc::clone(scene), Arc::clone(&stop), Arc::clone(&answers));
            thread::spawn(move || {
                let mut next = client;
                while !stop.load(Ordering::Relaxed) {
                    next = (next + clients) % SUBJECTS;
                    let begun = Instant::now();
                    let (status, code) = scene.ask(next);
                    let answer = if status == 200 {
                        "forwarded".to_owned()
                    } else {
                        assert_eq!(status, 503, "{code}");
                        code
                    };
                    *answers.lock().unwrap().entry(answer).or_default() += 1;
                    thread::sleep(PACE.saturating_sub(begun.elapsed()));
                }
            })
        });
        Self {
            clients: clients.collect(),
            stop,
            answers,
        }
    }

    fn forwarded(&self) -> usize {
        let answers = self.answers.lock().unwrap();
        answers.get("forwarded").copied().unwrap_or_default()
    }

    fn end(self) -> BTreeMap<String, usize> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.join().unwrap();
        }
        let answers = self.answers.lock().unwrap();
        answers.clone()
    }
}

/// How long requests took.
#[derive(Clone, Copy, Debug)]
struct Times {
    median: Duration,
    /// Of a hundred, one takes longer.
    long: Duration,
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [median, long] = [self.median, self.long].map(|it| it.as_secs_f64() * 1000.0);
        write!(formatter, "{median:.2} ms, one of a hundred {long:.2} ms")
    }
}

impl Times {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self {
            median: times[times.len() / 2],
            long: times[times.len() * 99 / 100],
        }
    }
}

/// How long requests take that do not ask, one after the other for so long.
fn plain(scene: &Scene, how_long: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let mut times = Vec::new();
    let mut connection = Connection::to(scene.proxy.address);
    while begun.elapsed() < how_long {
        let request = scene.callers[times.len() % SUBJECTS].get(PLAIN);
        let sent = Instant::now();
        connection.send(request);
        assert_eq!(connection.answer().expect("an answer").status, 200);
        times.push(sent.elapsed());
        thread::sleep(Duration::from_millis(5));
    }
    times
}

/// Has the service stall for this long under load. How much longer a request takes meanwhile that does not
/// ask, than before and after.
fn stall(bound: Bound, how_long: Duration) -> f64 {
    let scene = Arc::new(Scene::on(WORKERS, SUBJECTS, |policy| {
        if bound == Bound::Places {
            policy["services"]["pdp"]["circuit"]["subjects"] = json!(1024);
            policy["services"]["pdp"]["requests"] = json!(PLACES);
        }
    }));
    let load = Load::of(&scene, SUBJECTS);
    let mut usual = plain(&scene, how_long / 2);
    let memory = scene.proxy.memory();
    scene.service.now_answers(|_| Reply::Never);
    // What was asked before may still be answered.
    thread::sleep(Duration::from_millis(500));
    let passed = load.forwarded();
    assert!(passed > 0, "there is load");
    let during = Times::of(plain(&scene, how_long));
    let waited = scene.proxy.count("waiting");
    assert_eq!(load.forwarded(), passed, "forwarded without an answer");
    let opened = scene.proxy.count("circuit.opened");
    assert_eq!(opened > 0, bound == Bound::Circuit, "{opened}");
    assert!(waited <= u64::from(WORKERS) * PLACES, "{waited} wait");
    let grown = scene.proxy.memory().saturating_sub(memory);
    assert!(grown < 64 << 20, "grew by {grown} bytes");
    scene.service.now_answers(|_| permit());
    let back = scene.recovers();
    usual.extend(plain(&scene, how_long / 2));
    let usual = Times::of(usual);
    let answers = load.end();
    assert_eq!(answers.contains_key("overloaded"), bound == Bound::Places);
    let seen = scene.upstream.seen();
    let asked = seen.iter().filter(|it| it.head.contains(ASKED)).count();
    assert!(asked >= answers["forwarded"], "each went upstream");
    scene
        .proxy
        .until("none waits", |proxy| proxy.count("waiting") == 0);
    let ratio = during.median.as_secs_f64() / usual.median.as_secs_f64();
    let line = format!(
        "{bound:?}: a request that does not ask takes {usual}; while the service stalls for \
         {how_long:?}, {during}: {ratio:.2} of that. {} KiB more memory. Back after {back:?}. \
         Who asked: {answers:?}\n",
        grown >> 10
    );
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
    // Whoever waited for the service would wait for all of its time.
    assert!(during.median < Duration::from_millis(250), "{during}");
    ratio
}

#[test]
fn a_service_that_stalls_slows_nobody_else() {
    stall(Bound::Circuit, Duration::from_secs(4));
}

#[test]
fn a_service_that_stalls_slows_nobody_else_without_a_circuit() {
    stall(Bound::Places, Duration::from_secs(4));
}

#[test]
#[ignore = "four minutes: make stall"]
fn a_service_that_stalls_for_a_minute_slows_nobody_else() {
    for bound in [Bound::Circuit, Bound::Places] {
        let ratio = stall(bound, Duration::from_mins(1));
        assert!(ratio < 2.0, "{ratio}");
    }
}
