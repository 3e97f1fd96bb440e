//! Memory that one worker alone has.

use crate::uses::{BucketFault, Buckets, WriteFault};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Buckets in the memory of one worker. Copies that meet other workers pass there, once each.
#[derive(Debug, Default)]
pub struct Memory {
    held: RefCell<BTreeMap<u32, (Vec<u8>, u32)>>,
}

impl Buckets for Memory {
    fn read(&self, bucket: u32) -> Result<(Option<Vec<u8>>, Option<u32>), BucketFault> {
        Ok(match self.held.borrow().get(&bucket) {
            None => (None, None),
            Some((bytes, version)) => (Some(bytes.clone()), Some(*version)),
        })
    }

    fn write(&self, bucket: u32, bytes: &[u8], version: Option<u32>) -> Result<(), WriteFault> {
        let mut held = self.held.borrow_mut();
        let current = held.get(&bucket).map(|(_, version)| *version);
        if current != version {
            return Err(WriteFault::Conflict);
        }
        let next = version.unwrap_or(0).checked_add(1).unwrap_or(1);
        held.insert(bucket, (bytes.to_vec(), next));
        Ok(())
    }
}

/// One memory may outlive the log over it.
impl<B: Buckets> Buckets for Rc<B> {
    fn read(&self, bucket: u32) -> Result<(Option<Vec<u8>>, Option<u32>), BucketFault> {
        (**self).read(bucket)
    }

    fn write(&self, bucket: u32, bytes: &[u8], version: Option<u32>) -> Result<(), WriteFault> {
        (**self).write(bucket, bytes, version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_bucket_is_replaced_only_as_it_was_read() {
        let memory = Rc::new(Memory::default());
        assert_eq!(memory.read(3), Ok((None, None)));
        assert_eq!(memory.write(3, b"a", Some(1)), Err(WriteFault::Conflict));
        assert_eq!(memory.write(3, b"a", None), Ok(()));
        assert_eq!(memory.write(3, b"b", None), Err(WriteFault::Conflict));
        assert_eq!(memory.read(3), Ok((Some(b"a".to_vec()), Some(1))));
        assert_eq!(memory.write(3, b"b", Some(1)), Ok(()));
        assert_eq!(memory.write(3, b"c", Some(1)), Err(WriteFault::Conflict));
        assert_eq!(memory.read(3), Ok((Some(b"b".to_vec()), Some(2))));
        assert_eq!(memory.read(4), Ok((None, None)));
    }
}
