//! The collectors that the parser fills.

use sfv::visitor::{
    DictionaryVisitor, EntryVisitor, InnerListVisitor, ItemVisitor, ListVisitor, ParameterVisitor,
};
use sfv::{BareItemFromInput, KeyRef};

use crate::http::structured::{
    Bare, Dictionary, InnerList, Item, MOST_MEMBERS, Malformed, Member, Parameters,
};

/// The members of a list.
#[derive(Default)]
pub(super) struct Members<'a>(Vec<Member<'a>>);

/// Appends one item.
pub(super) struct Next<'s, 'a>(pub(super) &'s mut Vec<Item<'a>>);

/// Appends one member of a list.
struct Entry<'s, 'a>(&'s mut Vec<Member<'a>>);

/// Appends one member of a dictionary.
struct Keyed<'s, 'a>(&'a KeyRef, &'s mut Vec<(&'a KeyRef, Member<'a>)>);

/// Fills one inner list.
struct Inner<'s, 'a>(&'s mut InnerList<'a>);

impl<'a> ParameterVisitor<'a> for &mut Parameters<'a> {
    type Out = ();
    type Error = Malformed;

    fn parameter(
        &mut self,
        key: &'a KeyRef,
        value: BareItemFromInput<'a>,
    ) -> Result<(), Malformed> {
        if self.0.len() >= MOST_MEMBERS || self.0.iter().any(|(own, _)| *own == key) {
            return Err(Malformed);
        }
        self.0.push((key, Bare(value)));
        Ok(())
    }

    fn finish(self) -> Result<(), Malformed> {
        Ok(())
    }
}

impl<'a> ItemVisitor<'a> for Next<'_, 'a> {
    type Out = ();
    type Error = Malformed;

    fn bare_item(
        self,
        value: BareItemFromInput<'a>,
    ) -> Result<impl ParameterVisitor<'a, Out = ()>, Malformed> {
        if self.0.len() >= MOST_MEMBERS {
            return Err(Malformed);
        }
        self.0.push(item(value));
        let item = self.0.last_mut().ok_or(Malformed)?;
        Ok(&mut item.parameters)
    }
}

impl<'a> InnerListVisitor<'a> for Inner<'_, 'a> {
    type Error = Malformed;

    fn item(&mut self) -> Result<impl ItemVisitor<'a>, Malformed> {
        Ok(Next(&mut self.0.items))
    }

    fn finish(self) -> Result<impl ParameterVisitor<'a>, Malformed> {
        Ok(&mut self.0.parameters)
    }
}

impl<'a> EntryVisitor<'a> for Entry<'_, 'a> {
    type Error = Malformed;

    fn item(self) -> Result<impl ItemVisitor<'a>, Malformed> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, Malformed> {
        self.0.push(Member::List(InnerList::default()));
        list(self.0.last_mut().ok_or(Malformed)?)
    }
}

impl<'a> ItemVisitor<'a> for Entry<'_, 'a> {
    type Out = ();
    type Error = Malformed;

    fn bare_item(
        self,
        value: BareItemFromInput<'a>,
    ) -> Result<impl ParameterVisitor<'a, Out = ()>, Malformed> {
        self.0.push(Member::Item(item(value)));
        parameters(self.0.last_mut().ok_or(Malformed)?)
    }
}

impl<'a> EntryVisitor<'a> for Keyed<'_, 'a> {
    type Error = Malformed;

    fn item(self) -> Result<impl ItemVisitor<'a>, Malformed> {
        Ok(self)
    }

    fn inner_list(self) -> Result<impl InnerListVisitor<'a>, Malformed> {
        let Self(key, members) = self;
        members.push((key, Member::List(InnerList::default())));
        let (_, member) = members.last_mut().ok_or(Malformed)?;
        list(member)
    }
}

impl<'a> ItemVisitor<'a> for Keyed<'_, 'a> {
    type Out = ();
    type Error = Malformed;

    fn bare_item(
        self,
        value: BareItemFromInput<'a>,
    ) -> Result<impl ParameterVisitor<'a, Out = ()>, Malformed> {
        let Self(key, members) = self;
        members.push((key, Member::Item(item(value))));
        let (_, member) = members.last_mut().ok_or(Malformed)?;
        parameters(member)
    }
}

impl<'a> ListVisitor<'a> for Members<'a> {
    type Out = Vec<Member<'a>>;
    type Error = Malformed;

    fn entry(&mut self) -> Result<impl EntryVisitor<'a>, Malformed> {
        if self.0.len() >= MOST_MEMBERS {
            return Err(Malformed);
        }
        Ok(Entry(&mut self.0))
    }

    fn finish(self) -> Result<Self::Out, Malformed> {
        Ok(self.0)
    }
}

impl<'a> DictionaryVisitor<'a> for Dictionary<'a> {
    type Out = Self;
    type Error = Malformed;

    fn entry(&mut self, key: &'a KeyRef) -> Result<impl EntryVisitor<'a>, Malformed> {
        if self.0.len() >= MOST_MEMBERS || self.0.iter().any(|(own, _)| *own == key) {
            return Err(Malformed);
        }
        Ok(Keyed(key, &mut self.0))
    }

    fn finish(self) -> Result<Self, Malformed> {
        Ok(self)
    }
}

fn item(value: BareItemFromInput<'_>) -> Item<'_> {
    Item {
        value: Bare(value),
        parameters: Parameters::default(),
    }
}

fn list<'s, 'a>(member: &'s mut Member<'a>) -> Result<Inner<'s, 'a>, Malformed> {
    match member {
        Member::List(list) => Ok(Inner(list)),
        Member::Item(_) => Err(Malformed),
    }
}

fn parameters<'s, 'a>(member: &'s mut Member<'a>) -> Result<&'s mut Parameters<'a>, Malformed> {
    match member {
        Member::Item(item) => Ok(&mut item.parameters),
        Member::List(_) => Err(Malformed),
    }
}
