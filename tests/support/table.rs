//! The flow table: one request each, the service's answer if it is asked, and what must come of it.
//! It runs natively, inside a wasm VM, and through the module in a real Envoy.

use crate::support::calls::CALLS;
use crate::support::nonces;
use crate::support::orders::ORDERS;
use crate::support::plan::{ORIGIN, Plan, STRONG, Wire};
use crate::support::reads::READS;
use crate::support::revoked::REVOKED;
use crate::support::signed::SIGNED;
use crate::support::signed_orders::SIGNED_ORDERS;
use crate::support::transfers::TRANSFERS;
use crate::support::workload::{self, Order};
use countersign::http::Connection;
use countersign::reason::Reason;
use serde_json::json;

/// What the decision service does if it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    /// The row must not ask.
    Unasked,
    Permits,
    Denies,
    Obliges,
    /// It permits, and has it logged.
    ObligesToLog,
    /// It permits whoever authenticated so.
    ObligesToStepUp(&'static str),
    /// It denies, and says which authentication would do.
    Demands(&'static str),
    /// It has no room.
    Overflows,
    /// It answers with a string for a decision.
    Rubbish,
    /// It answers with this status, and a permit.
    Says(u16),
    /// It answers another request's id.
    Mismatches,
    /// It does not answer.
    Stalls,
    /// It closes the connection.
    Drops,
    /// It answers with more than the gate reads.
    Floods,
}

/// What must come of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Forwarded,
    Refused(Reason),
}

/// The moment of the golden file, in seconds.
pub(crate) const GOLDEN_NOW: i64 = 1_700_000_000;

/// One row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) wire: Wire,
    /// What is known of the connection it comes on.
    pub(crate) connection: Connection,
    pub(crate) service: Service,
    pub(crate) expected: Expected,
}

/// A name, what it changes of a valid request, and what must come of it.
pub(crate) type Change = (&'static str, &'static dyn Fn(&mut Plan), Expected);

/// The table at this moment, in seconds. Rows run in order, on one replay log.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn rows(now: i64) -> Vec<Row> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    use Service::Unasked;
    let mut rows: Vec<Row> = Vec::new();
    let mut row = |name: &'static str, plan: Plan, service: Service, expected: Expected| {
        rows.push(Row {
            name,
            wire: plan.wire(),
            connection: Connection::default(),
            service,
            expected,
        });
    };
    let read = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::read(now, name);
        change(&mut plan);
        plan
    };
    let transfer = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::transfer(now, name, "123.50");
        change(&mut plan);
        plan
    };
    let large = |name: &'static str, change: &dyn Fn(&mut Plan)| {
        let mut plan = Plan::transfer(now, name, "12500.00").stepped_up(now);
        change(&mut plan);
        plan
    };

    row("a read", read("a read", &|_| {}), Unasked, Forwarded);
    row(
        "the same read again",
        read("a read", &|_| {}),
        Unasked,
        Refused(R::ProofReplayed),
    );
    for (name, change, expected) in READS {
        row(name, read(name, change), Unasked, *expected);
    }
    for (name, change, expected) in REVOKED {
        row(name, read(name, change), Unasked, *expected);
    }
    row(
        "a payment",
        transfer("a payment", &|_| {}),
        Unasked,
        Forwarded,
    );
    for (name, change, expected) in TRANSFERS {
        row(name, transfer(name, change), Unasked, *expected);
    }
    row("a call", Plan::call(now, "a call"), Unasked, Forwarded);
    for (name, change, expected) in CALLS {
        let mut plan = Plan::call(now, name);
        change(&mut plan);
        row(name, plan, Unasked, *expected);
    }
    let mut risky = Plan::call(now, "a risky call");
    risky.tool("close");
    row("a risky call", risky, Service::Permits, Forwarded);
    let mut refused = Plan::call(now, "another risky call");
    refused.tool("close");
    row(
        "a risky call, denied",
        refused,
        Service::Denies,
        Refused(R::DecisionDenied),
    );
    let weak = Plan::transfer(now, "a large payment", "12500.00");
    row("a large payment", weak, Unasked, Refused(R::StepUpRequired));
    let mut stale = Plan::transfer(now, "a stale one", "12500.00").stepped_up(now);
    stale.token_claims["auth_time"] = json!(now - 301);
    row(
        "a large payment, authenticated long ago",
        stale,
        Unasked,
        Refused(R::StepUpRequired),
    );
    let mut weaker = Plan::transfer(now, "a weak one", "12500.00").stepped_up(now);
    weaker.token_claims["acr"] = json!("urn:example:loa:2");
    row(
        "a large payment, authenticated weakly",
        weaker,
        Unasked,
        Refused(R::StepUpRequired),
    );
    for (name, service, expected) in [
        ("permitted", Service::Permits, Forwarded),
        ("denied", Service::Denies, Refused(R::DecisionDenied)),
        (
            "permitted under an obligation",
            Service::Obliges,
            Refused(R::DecisionObligation),
        ),
        (
            "permitted under obligations that are met",
            Service::ObligesToStepUp(STRONG),
            Forwarded,
        ),
        ("permitted and logged", Service::ObligesToLog, Forwarded),
        (
            "permitted to whoever is stronger",
            Service::ObligesToStepUp("urn:example:loa:4"),
            Refused(R::StepUpRequired),
        ),
        (
            "denied unless stronger",
            Service::Demands("urn:example:loa:4 urn:example:loa:5"),
            Refused(R::StepUpRequired),
        ),
        (
            "denied unless as strong as it is",
            Service::Demands(STRONG),
            Refused(R::DecisionDenied),
        ),
        (
            "answered that there is no room",
            Service::Overflows,
            Refused(R::DecisionOverflow),
        ),
        (
            "answered with rubbish",
            Service::Rubbish,
            Refused(R::DecisionMalformed),
        ),
        (
            "answered with 500",
            Service::Says(500),
            Refused(R::DecisionStatus),
        ),
        (
            "answered with 503",
            Service::Says(503),
            Refused(R::DecisionUnreachable),
        ),
        (
            "answered with 504",
            Service::Says(504),
            Refused(R::DecisionTimeout),
        ),
        (
            "answered for another",
            Service::Mismatches,
            Refused(R::DecisionMismatched),
        ),
        (
            "not answered in time",
            Service::Stalls,
            Refused(R::DecisionTimeout),
        ),
        (
            "hung up on",
            Service::Drops,
            Refused(R::DecisionUnreachable),
        ),
        (
            "answered at length",
            Service::Floods,
            Refused(R::DecisionOversized),
        ),
    ] {
        row(name, large(name, &|_| {}), service, expected);
    }
    for (name, service, expected) in [
        ("a statement without an answer", Service::Drops, Forwarded),
        (
            "a statement, denied",
            Service::Denies,
            Refused(R::DecisionDenied),
        ),
    ] {
        let statement = read(name, &|plan| {
            plan.path = "/accounts/7/statement".to_owned();
            plan.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/statement"));
        });
        row(name, statement, service, expected);
    }
    for (name, plan, service, expected) in nonces::rows(now) {
        row(name, plan, service, expected);
    }
    row(
        "a signed read",
        Plan::signed_read(now, "signed"),
        Unasked,
        Forwarded,
    );
    row(
        "the same signed read again",
        Plan::signed_read(now, "signed"),
        Unasked,
        Refused(R::ProofReplayed),
    );
    let mut full = Plan::signed_read(now, "full");
    full.body = Some(b"of no use".to_vec());
    full.signing().covered.push("content-digest");
    row(
        "a signed read with a body",
        full,
        Unasked,
        Refused(R::BodyUnlisted),
    );
    row(
        "a signed upload",
        Plan::signed_upload(now, "a signed upload"),
        Unasked,
        Forwarded,
    );
    for (name, change, expected) in SIGNED {
        let mut plan = Plan::signed_upload(now, name);
        change(&mut plan);
        row(name, plan, Unasked, *expected);
    }
    row(
        "a very risky payment",
        large("a very risky payment", &|plan| {
            plan.path = "/accounts/7/risky".to_owned();
            plan.proof_claims["htu"] = json!(format!("{ORIGIN}/accounts/7/risky"));
        }),
        Unasked,
        Refused(R::RiskRefused),
    );
    row(
        "a report of a chain that the sender only names",
        workload::report(now, "a report"),
        Unasked,
        Refused(R::TransactionTokenUnbound),
    );
    let mut of_workload = |name: &'static str, order: &Order, expected: Expected| {
        rows.push(Row {
            name,
            wire: order.wire(),
            connection: Connection::default(),
            service: Unasked,
            expected,
        });
    };
    let (balance, order) = (Order::balance(now, "a balance"), Order::of(now, "an order"));
    of_workload("a balance", &balance, Forwarded);
    of_workload(
        "the same balance again",
        &balance,
        Refused(R::ProofReplayed),
    );
    let mut unlisted = Order::balance(now, "another chain");
    unlisted.field("txn-token", "nobody reads it, but the proof must name it");
    of_workload("a balance of a chain", &unlisted, Refused(R::ProofContext));
    let mut other = Order::balance(now, "another workload");
    other.workload().claims["sub"] = json!(workload::GATEWAY);
    of_workload(
        "a balance of another workload",
        &other,
        Refused(R::CallerUnlisted),
    );
    of_workload("an order", &order, Forwarded);
    of_workload("the same order again", &order, Refused(R::ProofReplayed));
    for (name, change, expected) in ORDERS {
        let mut order = Order::of(now, name);
        change(&mut order);
        of_workload(name, &order, *expected);
    }
    let signed = Order::signed(now, "a signed order");
    of_workload("a signed order", &signed, Forwarded);
    of_workload(
        "the same signed order again",
        &signed,
        Refused(R::ProofReplayed),
    );
    for (name, change, expected) in SIGNED_ORDERS {
        let mut order = Order::signed(now, name);
        change(&mut order);
        of_workload(name, &order, *expected);
    }
    rows
}
