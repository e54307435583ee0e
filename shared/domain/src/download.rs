//! What may be fetched. The URLs in a sender's body are a stranger's text: whoever could make Landfall fetch any of them
//! could reach what only Landfall reaches, such as Lambda's own runtime interface or a private network.
//!
//! A URL is checked before it is asked for ([`target`]), an address before it is dialled ([`address`]), an answer before
//! it is taken ([`content`]). Every rule stands alone: none relies on another having been asked.

pub mod address;
pub mod content;
pub mod error;

pub mod hosts;
pub mod status;
pub mod target;

use crate::text::string_enum::string_enum;

/// How many redirects are followed.
pub const REDIRECTS_MAX: u32 = 2;

/// The rule by which something is not fetched. No other time will change that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchRefusal {
    /// It is no URL that a request could be sent to.
    InvalidUrl,
    /// Not `https`.
    Scheme,
    /// A name or a password stands before the host.
    UserInfo,
    /// The host is an address instead of a name.
    IpLiteral,
    /// Another port than 443.
    Port,
    /// A host that is neither the provider's nor one that the operator added.
    Host,
    /// The host's name leads to an address that is not on the public internet.
    Address,
    /// More redirects than are followed.
    Redirects,
    /// The content is encoded, so that its size says nothing about what comes out.
    Encoding,
    /// It has more bytes than the operator allows.
    Size,
    /// The bytes are not what the sender says they are.
    ContentType,
}

string_enum!(FetchRefusal {
    InvalidUrl => "invalid_url",
    Scheme => "not_https",
    UserInfo => "user_info",
    IpLiteral => "ip_literal",
    Port => "port_not_allowed",
    Host => "host_not_allowed",
    Address => "address_not_public",
    Redirects => "too_many_redirects",
    Encoding => "encoded",
    Size => "too_large",
    ContentType => "wrong_type",
});
