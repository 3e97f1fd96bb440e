//! Cerbos decides what the gate asks about, and what becomes of requests where it is silent.

use crate::cerbos::Cerbos;
use crate::world::World;

/// What is never asked about.
const CHEAP: [(&str, u64, &str); 2] = [("a read", 200, ""), ("a small wire", 200, "")];

#[test]
fn cerbos_decides_above_the_threshold_and_its_silence_is_no_permit() {
    let world = World::start("decisions");
    let cerbos = Cerbos::start(world.folder.path(), world.cerbos);
    world.run("decisions.mjs").is(&[
        CHEAP[0],
        CHEAP[1],
        ("signed in as usual", 401, "step_up_required"),
        (
            "asked for",
            0,
            "insufficient_user_authentication urn:example:loa:3 300",
        ),
        ("stepped up", 200, ""),
        ("more than Cerbos permits", 403, "decision_denied"),
        ("a payee that Cerbos denies", 403, "decision_denied"),
        (
            "a route that Cerbos has no rule for",
            403,
            "decision_denied",
        ),
    ]);
    let said = [
        "wire urn:example:loa:3 2500.00 EFFECT_ALLOW",
        "wire urn:example:loa:3 7500.00 EFFECT_DENY",
        "wire urn:example:loa:3 2500.00 EFFECT_DENY",
        "recall urn:example:loa:3 2500.00 EFFECT_DENY",
    ];
    assert_eq!(cerbos.decisions(), said);
    let forwarded = world.upstream.count();
    assert_eq!(
        forwarded, 3,
        "what was permitted, and what was not asked about"
    );

    drop(cerbos);
    let silent = |reason| [CHEAP[0], CHEAP[1], ("stepped up", 503, reason)];
    world.run("silence.mjs").is(&silent("decision_unreachable"));

    let cerbos = Cerbos::start(world.folder.path(), world.cerbos);
    cerbos.stall();
    world.run("silence.mjs").is(&silent("decision_timeout"));
    drop(cerbos);
    assert_eq!(world.upstream.count(), forwarded + 4);

    let cerbos = Cerbos::start(world.folder.path(), world.cerbos);
    world
        .run("silence.mjs")
        .is(&[CHEAP[0], CHEAP[1], ("stepped up", 200, "")]);
    let last = cerbos.decisions();
    assert_eq!(last.last().map(String::as_str), Some(said[0]));
}
