//! Reading some texts of a JSON body in one pass, without building a tree of it.

mod pointers;

pub(crate) use self::pointers::{Pointers, find, item_number};
