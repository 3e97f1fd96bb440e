//! Revisions of the protocol, and what each says of headers.

/// A revision of MCP over Streamable HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Revision {
    /// 2025-03-26. Its requests name no revision.
    March2025,
    /// 2025-06-18.
    June2025,
    /// 2025-11-25.
    November2025,
    /// 2026-07-28: without sessions, and with headers that repeat the body.
    July2026,
}

impl Revision {
    /// All of them, the oldest first.
    pub const ALL: [Self; 4] = [
        Self::March2025,
        Self::June2025,
        Self::November2025,
        Self::July2026,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::March2025 => "2025-03-26",
            Self::June2025 => "2025-06-18",
            Self::November2025 => "2025-11-25",
            Self::July2026 => "2026-07-28",
        }
    }

    /// The revision of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whether its requests must repeat method, name and revision in headers.
    #[must_use]
    pub const fn mirrors(self) -> bool {
        match self {
            Self::March2025 | Self::June2025 | Self::November2025 => false,
            Self::July2026 => true,
        }
    }
}
