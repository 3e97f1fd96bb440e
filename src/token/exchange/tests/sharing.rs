//! Who wants the very same at the same time shares a call.

use super::*;
use crate::testing::test;
use desk::Desk;

fn order(key: u8) -> Order {
    Order {
        with: TTS,
        key: [key; 32],
        body: "body".into(),
    }
}

#[test]
fn the_same_is_asked_once_and_another_apart() {
    let mut desk = Desk::default();
    let one = desk.ask(order(1));
    assert_eq!(desk.ask(order(1)), one);
    let other = desk.ask(order(2));
    assert_ne!(one, other);
    assert_eq!(desk.calls(), 2);
    let begun: Vec<_> = desk.begin().into_iter().map(|(ticket, _)| ticket).collect();
    assert_eq!(begun, [one, other]);
    assert!(desk.begin().is_empty(), "each call is made once");
    assert_eq!(desk.ask(order(1)), one, "who comes while it runs joins");
    let queue = queue();
    let servers = [server()];
    let minted = desk.ended(one, Ok(&response(&said())), &servers, &queue);
    assert!(minted.is_ok());
    // No answer is kept.
    let again = desk.ask(order(1));
    assert_ne!(again, one);
    assert_eq!(desk.begin().len(), 1);
    let unavailable = Err(Reason::ExchangeUnavailable);
    assert_eq!(
        desk.ended(one, Ok(&response(&said())), &servers, &queue),
        unavailable
    );
    let unreached = Err(Reason::ExchangeUnavailable);
    assert_eq!(desk.ended(again, unreached, &servers, &queue), unavailable);
    assert_eq!(
        desk.ended(other, Ok(&response(&json!({}))), &servers, &queue),
        Err(Reason::ExchangeMalformed)
    );
    assert_eq!(desk.calls(), 0);
    assert!(queue.borrow().is_empty());
    drop(minted);
    assert_eq!(queue.borrow().len(), 1);
}
