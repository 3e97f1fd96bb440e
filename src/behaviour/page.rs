//! One page of the shared memory: entries of many subjects, each with the moment from which it says
//! nothing any more. Pure.

use crate::crypto::digest::Digest32;

/// Size of a full page.
pub(super) const BYTES: usize = 4096;
/// Says what the bytes are, and in which version of the format.
const MAGIC: [u8; 4] = *b"CsB1";
/// Magic and floor.
const HEADER: usize = 8;
/// Name, owner, end, kind and length of what follows.
pub(super) const ENTRY: usize = 19;
/// Bytes of what an entry says that was seen: when first.
const SEEN: usize = 4;
/// Most bytes of what one owner has seen, in a page.
pub(super) const QUOTA: usize = BYTES / 4;
/// Most things that one owner has seen, in a page. Of more, some are always new.
pub(super) const MOST_SEEN: usize = QUOTA / (ENTRY + SEEN);

/// The name of an entry: a hash under a secret.
pub(super) type Name = [u8; 8];

/// Whose entries they are: the start of a keyed hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner([u8; 4]);

impl Owner {
    /// The owner of this tag.
    pub(super) fn of(tag: &Digest32) -> Self {
        let [a, b, c, d, ..] = *tag;
        Self([a, b, c, d])
    }
}

/// Whether an entry may go to make room for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It may: without it something counts as never seen, which is the riskier fact.
    Seen,
    /// It may not: without it less would count than was forwarded.
    Counted,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        match byte {
            b's' => Some(Self::Seen),
            b'c' => Some(Self::Counted),
            _ => None,
        }
    }

    const fn byte(self) -> u8 {
        match self {
            Self::Seen => b's',
            Self::Counted => b'c',
        }
    }
}

/// An entry that shall be in a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'s> {
    /// Its name.
    pub(super) name: Name,
    /// Whose quota it takes from.
    pub(super) owner: Owner,
    /// From this second on it says nothing.
    pub(super) until: u32,
    /// Whether it may go.
    pub(super) kind: Kind,
    /// What it says.
    pub(super) says: &'s [u8],
}

/// An entry that is in a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    name: Name,
    owner: Owner,
    until: u32,
    kind: Kind,
    /// Where in the page's bytes it says something, and in how many.
    says: (usize, usize),
}

impl Held {
    fn bytes(&self) -> usize {
        ENTRY.saturating_add(self.says.1)
    }
}

/// A page that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// What was counted up to this second may be missing.
    floor: u32,
    entries: Vec<Held>,
    /// What was read, and after it what was put.
    bytes: Vec<u8>,
    is_changed: bool,
}

impl Page {
    /// A page that nobody has written yet.
    pub(super) fn empty() -> Self {
        Self {
            floor: 0,
            entries: Vec::new(),
            bytes: Vec::new(),
            is_changed: false,
        }
    }

    /// In place of a page that is none: nothing that was counted before now is here.
    pub(super) fn torn(now: u32) -> Self {
        Self {
            floor: now,
            entries: Vec::new(),
            bytes: Vec::new(),
            is_changed: true,
        }
    }

    /// Reads a page, without the entries that say nothing any more. None where the bytes are not one.
    pub(super) fn parse(bytes: Vec<u8>, now: u32) -> Option<Self> {
        if bytes.len() > BYTES {
            return None;
        }
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (floor, mut rest) = rest.split_first_chunk()?;
        let most = rest.len().checked_div(ENTRY)?;
        let mut entries = Vec::with_capacity(most.saturating_add(1));
        while !rest.is_empty() {
            let (name, after) = rest.split_first_chunk()?;
            let (owner, after) = after.split_first_chunk()?;
            let (until, after) = after.split_first_chunk()?;
            let (kind, after) = after.split_first()?;
            let (length, after) = after.split_first_chunk()?;
            let start = bytes.len().checked_sub(after.len())?;
            let (says, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
            rest = after;
            let held = Held {
                name: *name,
                owner: Owner(*owner),
                until: u32::from_be_bytes(*until),
                kind: Kind::of(*kind)?,
                says: (start, says.len()),
            };
            if held.kind == Kind::Seen && says.len() != SEEN {
                return None;
            }
            if held.until > now {
                entries.push(held);
            }
        }
        Some(Self {
            // A clock that was set back would leave the floor ahead for ever.
            floor: u32::from_be_bytes(*floor).min(now),
            entries,
            bytes,
            is_changed: false,
        })
    }

    /// What was counted up to this second may be missing.
    pub(super) fn floor(&self) -> u32 {
        self.floor
    }

    /// Something that shall be counted had no room.
    pub(super) fn lose(&mut self, now: u32) {
        self.floor = now;
        self.is_changed = true;
    }

    /// Whether it differs from what was read.
    pub(super) fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// What the entry of this name says, and until when.
    pub(super) fn find(&self, name: Name) -> Option<(&[u8], u32)> {
        let held = self.entries.iter().find(|entry| entry.name == name)?;
        Some((self.says(held)?, held.until))
    }

    fn says(&self, held: &Held) -> Option<&[u8]> {
        let (start, length) = held.says;
        self.bytes.get(start..start.checked_add(length)?)
    }

    /// Puts an entry, in place of the one of its name. False, and nothing of the kind
    /// [`Kind::Counted`] has gone, where there is no room.
    ///
    /// What was seen longest ago goes first: the owner's own where its quota is used up.
    pub(super) fn put(&mut self, entry: &Entry<'_>) -> bool {
        let own = |it: &Held| it.name == entry.name;
        let is_seen = |it: &Held| it.kind == Kind::Seen && !own(it);
        let of_owner = |it: &Held| is_seen(it) && it.owner == entry.owner;
        let size = ENTRY.saturating_add(entry.says.len());
        let with = |page: &Self, among: &dyn Fn(&Held) -> bool| {
            let others = page.entries.iter().filter(|it| among(it) && !own(it));
            others.fold(size, |sum, it| sum.saturating_add(it.bytes()))
        };
        while entry.kind == Kind::Seen && with(self, &of_owner) > QUOTA {
            if !self.forget_oldest(&of_owner) {
                return false;
            }
        }
        while with(self, &|_| true) > BYTES.saturating_sub(HEADER) {
            if !self.forget_oldest(&is_seen) {
                return false;
            }
        }
        self.entries.retain(|it| it.name != entry.name);
        self.entries.push(Held {
            name: entry.name,
            owner: entry.owner,
            until: entry.until,
            kind: entry.kind,
            says: (self.bytes.len(), entry.says.len()),
        });
        self.bytes.extend_from_slice(entry.says);
        self.is_changed = true;
        true
    }

    fn forget_oldest(&mut self, among: &dyn Fn(&Held) -> bool) -> bool {
        let numbered = self.entries.iter().enumerate().filter(|(_, it)| among(it));
        let oldest = numbered.min_by_key(|(_, it)| it.until).map(|(at, _)| at);
        let Some(oldest) = oldest else {
            return false;
        };
        self.entries.remove(oldest);
        self.is_changed = true;
        true
    }

    /// The bytes of the page.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&self.floor.to_be_bytes());
        for entry in &self.entries {
            let says = self.says(entry).unwrap_or_default();
            bytes.extend_from_slice(&entry.name);
            bytes.extend_from_slice(&entry.owner.0);
            bytes.extend_from_slice(&entry.until.to_be_bytes());
            bytes.push(entry.kind.byte());
            let length = u16::try_from(says.len()).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(says);
        }
        bytes
    }
}
