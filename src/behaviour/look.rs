//! One request held against what is remembered of its subject, cell by cell. Pure.

use crate::behaviour::order::Order;
use crate::behaviour::page::{Entry, Kind, MOST_SEEN, Name, Owner, Page};
use crate::behaviour::recent::Recent;
use crate::behaviour::rules::{AmountLimit, Cell, Condition, What, Who, short};
use crate::behaviour::tally::{self, Tally};
use crate::behaviour::{Added, Change, Lessons, Rules, Sight};
use crate::crypto::digest::{Digest32, sha256};
use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::time::UnixTime;
use std::rc::Rc;
use std::time::Duration;

/// What a cell says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Something that may be above a limit, with the request. None where it is not known.
    Total(Option<u128>),
    /// A fact.
    Holds(bool),
}

/// A page, where it is, and whose it is.
pub(super) struct Place {
    /// The number of its bucket.
    pub(super) bucket: u32,
    /// The number of its version.
    pub(super) version: Option<u32>,
    /// The page.
    pub(super) page: Page,
    /// The secret that names of entries are made with.
    pub(super) tag: Digest32,
    /// Whose quota entries take from.
    pub(super) owner: Owner,
    /// The sums that the request was added to.
    pub(super) added: Vec<Name>,
    /// Whether something had no room that shall be counted.
    pub(super) is_short: bool,
}

/// A request, and how it is looked at.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// What it shows.
    pub(super) sight: &'a Sight<'a>,
    /// What it shall teach.
    pub(super) lessons: Lessons,
    /// Now.
    pub(super) now: UnixTime,
    /// How long ago something must have been seen first, in seconds.
    pub(super) after: u32,
    /// How long something is kept after it was seen last, in seconds.
    pub(super) keep: u32,
}

impl Place {
    /// What shall be written of it, if anything.
    pub(super) fn change(&self, is_counted: bool) -> Option<Change> {
        self.page.is_changed().then(|| Change {
            bucket: self.bucket,
            bytes: self.page.bytes(),
            version: self.version,
            is_counted,
        })
    }

    /// Puts what is counted. False where there is no room.
    fn count(&mut self, name: Name, until: u32, says: &[u8]) -> bool {
        let has_room = self.page.put(&Entry {
            name,
            owner: self.owner,
            until,
            kind: Kind::Counted,
            says,
        });
        self.is_short |= !has_room;
        has_room
    }
}

impl Look<'_> {
    /// What the page of the subject says of each cell, and what the request adds to it. None where
    /// the page is none. Of keys it says nothing.
    pub(super) fn all(&self, rules: &Rules, place: &mut Place) -> Option<Vec<Finding>> {
        let cells = rules.cells.iter();
        cells.map(|cell| self.one(cell, place)).collect()
    }

    fn one(&self, cell: &Cell, place: &mut Place) -> Option<Finding> {
        match &cell.what {
            What::Seen(Who::Key) => Some(Finding::Holds(true)),
            What::Seen(Who::Subject) => {
                let name = named(&place.tag, cell, &[]);
                Some(Finding::Holds(!self.is_old(place, name)?))
            }
            What::Seen(Who::Pair) => {
                let mut all_old = !self.sight.keys.is_empty();
                for key in self.sight.keys {
                    let name = named(&place.tag, cell, *key);
                    all_old &= self.is_old(place, name)?;
                }
                Some(Finding::Holds(!all_old))
            }
            What::Scopes => {
                let mut all_old = self.sight.scopes.len() <= MOST_SEEN;
                for scope in self.sight.scopes.iter().take(MOST_SEEN) {
                    let name = named(&place.tag, cell, scope.as_bytes());
                    all_old &= self.is_old(place, name)?;
                }
                Some(Finding::Holds(!all_old))
            }
            What::Requests { within } => {
                let name = named(&place.tag, cell, &[]);
                self.sum(place, name, *within, 1)
            }
            What::Amounts { within, .. } => match amount_of(cell, &place.tag, self.sight) {
                Some((name, amount)) => self.sum(place, name, *within, amount),
                None => Some(Finding::Total(None)),
            },
            What::Values {
                claim,
                most,
                within,
            } => self.values(cell, place, (claim, *most, *within)),
            What::Order { steps, within } => self.order(cell, place, steps, *within),
        }
    }

    /// Whether something was seen long enough ago. Notes that it is seen now.
    pub(super) fn is_old(&self, place: &mut Place, name: Name) -> Option<bool> {
        let now = seconds(self.now);
        let held = match place.page.find(name) {
            None => None,
            Some((says, until)) => {
                let first = u32::from_be_bytes(says.try_into().ok()?);
                Some((first.min(now), until))
            }
        };
        let is_old = held.is_some_and(|(first, _)| now.saturating_sub(first) >= self.after);
        let first = held.map_or(now, |(first, _)| first);
        let until = now.saturating_add(self.keep);
        // Written anew only now and then: most requests of a known caller change nothing.
        let sixteenth = self.keep >> 4;
        let is_fresh = held.is_some_and(|(_, own)| own >= until.saturating_sub(sixteenth));
        if self.lessons != Lessons::Counts && !is_fresh {
            // Without room it stays unseen.
            let _ = place.page.put(&Entry {
                name,
                owner: place.owner,
                until,
                kind: Kind::Seen,
                says: &first.to_be_bytes(),
            });
        }
        Some(is_old)
    }

    /// The sum with this amount.
    fn sum(
        &self,
        place: &mut Place,
        name: Name,
        within: Duration,
        amount: u128,
    ) -> Option<Finding> {
        let slice = tally::slice(self.now.millis(), within);
        let mut tally = match place.page.find(name) {
            None => Tally::empty(),
            Some((says, _)) => Tally::parse(says, slice)?,
        };
        tally.add(slice, amount);
        let is_known = self.count(place, name, within, &tally.bytes());
        if self.lessons != Lessons::Sights && !place.is_short {
            place.added.push(name);
        }
        Some(Finding::Total(tally.total().filter(|_| is_known)))
    }

    fn values(
        &self,
        cell: &Cell,
        place: &mut Place,
        (claim, most, within): (&Pointer, usize, Duration),
    ) -> Option<Finding> {
        let Some(hash) = value_of(claim, cell, &place.tag, self.sight) else {
            return Some(Finding::Total(None));
        };
        let now = seconds(self.now);
        let name = named(&place.tag, cell, &[]);
        let mut recent = match place.page.find(name) {
            None => Recent::empty(),
            Some((says, _)) => Recent::parse(says, whole_seconds(within), now)?,
        };
        let total = u128::try_from(recent.count_with(hash)).ok();
        recent.push(hash, now, most);
        let is_known = self.count(place, name, within, &recent.bytes());
        Some(Finding::Total(total.filter(|_| is_known)))
    }

    fn order(
        &self,
        cell: &Cell,
        place: &mut Place,
        steps: &[Rc<str>],
        within: Duration,
    ) -> Option<Finding> {
        let now = seconds(self.now);
        let names = self.sight.names;
        let name = named(&place.tag, cell, &[]);
        let mut order = match place.page.find(name) {
            None => Order::empty(steps.len()),
            Some((says, _)) => Order::parse(says, steps.len(), whole_seconds(within), now)?,
        };
        let is_last = steps.last().is_some_and(|it| names.contains(&&**it));
        let holds = order.is_ended_by(steps, names);
        let is_known = if order.step(steps, names, now) {
            self.count(place, name, within, &order.bytes())
        } else {
            !is_missing(&place.page, within, now)
        };
        Some(Finding::Holds(holds || is_last && !is_known))
    }

    /// Puts what is counted for this while, where it shall be. False where it cannot be, or where
    /// what was there may not have been all.
    fn count(&self, place: &mut Place, name: Name, within: Duration, says: &[u8]) -> bool {
        let now = seconds(self.now);
        let whole = whole_seconds(within);
        // What was added last lies in a slice that ends later.
        let slice = whole.div_ceil(16).saturating_add(2);
        let until = now.saturating_add(whole).saturating_add(slice);
        let is_kept = self.lessons == Lessons::Sights || place.count(name, until, says);
        is_kept && !is_missing(&place.page, within, now)
    }

    /// Takes the amounts of the request back that were added. None where the page is none.
    pub(super) fn take_back(&self, rules: &Rules, place: &mut Place, added: &Added) -> Option<()> {
        for cell in &rules.cells {
            let (within, sum) = match &cell.what {
                What::Requests { within } => (within, Some((named(&place.tag, cell, &[]), 1))),
                What::Amounts { within, .. } => (within, amount_of(cell, &place.tag, self.sight)),
                What::Seen(_) | What::Scopes | What::Values { .. } | What::Order { .. } => continue,
            };
            let of_request = |(name, _): &(Name, u128)| added.names.contains(name);
            let Some((name, amount)) = sum.filter(of_request) else {
                continue;
            };
            let Some((says, until)) = place.page.find(name) else {
                continue;
            };
            let mut tally = Tally::parse(says, tally::slice(self.now.millis(), *within))?;
            tally.take(tally::slice(added.at.millis(), *within), amount);
            // It takes no more room than before.
            let _ = place.count(name, until, &tally.bytes());
        }
        Some(())
    }
}

/// Whether a condition holds by what its cell says.
pub(super) fn holds(condition: &Condition, finding: Finding, sight: &Sight<'_>) -> bool {
    let total = match finding {
        Finding::Holds(holds) => return holds,
        Finding::Total(total) => total,
    };
    let most = match condition {
        Condition::Requests { most, .. } => Some(u128::from(*most)),
        Condition::Values { most, .. } => u128::try_from(*most).ok(),
        Condition::Amounts(amounts) => match &amounts.limit {
            AmountLimit::One(limit) => Some(limit.units()),
            AmountLimit::Each { currency, limits } => {
                let own = sight.detail.and_then(|detail| detail.at(currency));
                let limit = own.and_then(Json::as_str).and_then(|own| limits.get(own));
                limit.map(Decimal::units)
            }
        },
        Condition::FirstSeen(_) | Condition::ScopeJump | Condition::Sequence { .. } => None,
    };
    match (total, most) {
        (Some(total), Some(most)) => total > most,
        (None, _) | (_, None) => true,
    }
}

/// The name of the sum that a request adds to, and its amount. None where it has none that is
/// counted.
fn amount_of(cell: &Cell, tag: &Digest32, sight: &Sight<'_>) -> Option<(Name, u128)> {
    let What::Amounts {
        claim,
        currency,
        currencies,
        ..
    } = &cell.what
    else {
        return None;
    };
    let detail = sight.detail?;
    let unit = match currency {
        None => "",
        Some(pointer) => {
            let own = detail.at(pointer)?.as_str()?;
            currencies.get(own)?
        }
    };
    let amount = match detail.at(claim)? {
        Json::String(text) | Json::Number(text) => Decimal::parse(text)?,
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return None,
    };
    Some((named(tag, cell, unit.as_bytes()), amount.units()))
}

/// The hash of a value. None where there is none that could be told from others.
fn value_of(claim: &Pointer, cell: &Cell, tag: &Digest32, sight: &Sight<'_>) -> Option<Name> {
    let (kind, text) = match sight.detail?.at(claim)? {
        Json::String(text) => (b'"', text),
        Json::Number(text) => (b'0', text),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => return None,
    };
    Some(short(&sha256(&[tag, &cell.id, &[kind], text.as_bytes()])))
}

/// Whether something may be missing that was counted within the while.
fn is_missing(page: &Page, within: Duration, now: u32) -> bool {
    let floor = page.floor();
    floor > 0 && floor.saturating_add(whole_seconds(within)) >= now
}

/// The name of what a cell remembers of this value. The tag is secret, so nobody can look for two
/// values of one name.
pub(super) fn named(tag: &Digest32, cell: &Cell, value: &[u8]) -> Name {
    short(&sha256(&[tag, &cell.id, value]))
}

/// Whole seconds, as a page holds them.
pub(super) fn seconds(moment: UnixTime) -> u32 {
    u32::try_from(moment.secs().max(0)).unwrap_or(u32::MAX)
}

/// A duration in seconds, rounded up. One that does not fit becomes the longest.
pub(super) fn whole_seconds(duration: Duration) -> u32 {
    let begun = u64::from(duration.subsec_nanos() > 0);
    u32::try_from(duration.as_secs().saturating_add(begun)).unwrap_or(u32::MAX)
}
