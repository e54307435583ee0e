//! Why a description makes no sense.

use crate::description::{HEAD_POINTERS_MAX, NotAPublicKey};

/// Why a description makes no sense. The text says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// A name that cannot be one.
    #[error("`name` is lower-case letters, digits and hyphens, as the file is named")]
    Name,
    /// A signature that no header holds.
    #[error("`scheme.header` names no header: say which one holds the signature")]
    NoHeader,
    /// A signature of what it is part of.
    #[error(
        "`scheme.at` is a place of the body and `scheme.message` has the whole body, which cannot hold its own signature: write the fields that are signed, such as {{json:/id}}"
    )]
    SignsItself,
    /// A message of nothing.
    #[error(
        "`scheme.message` signs nothing of the body, so that one signature would prove any: put at least {{body}} into it"
    )]
    EmptyMessage,
    /// A secret that anybody could append to, or none.
    #[error(
        "`scheme.message` of a plain hash ends with {{secret}}, which stands there once: a hash with the secret before the rest protects nothing, since anybody could append to it"
    )]
    SecretNotLast,
    /// A secret as a part of the message that it is the key of.
    #[error(
        "`scheme.message` has {{secret}}, which is the key already: leave it out, or write `kind = \"plain-hash\"`"
    )]
    SecretSigned,
    /// A part that is nowhere.
    #[error("`scheme.message` has {{{part}}}, and `scheme.{part}` does not say where that is")]
    Nowhere {
        /// `id` or `timestamp`.
        part: &'static str,
    },
    /// A pair where there are none.
    #[error(
        "`scheme.timestamp` is a `pair` of the signature's header, in which nothing has a key: give a `syntax` of pairs, a list or JSON"
    )]
    PairWithoutPairs,
    /// A limit that nobody vouches for.
    #[error("`scheme.timestamp` limits nothing: give `past_seconds`, `future_seconds`, or leave it out")]
    TimestampWithoutLimit,
    /// A limit that says more than it is.
    #[error(
        "`scheme.timestamp` is not signed, so anybody could write another: put {{timestamp}} into `scheme.message` if the sender signs it, or write `unsigned = true` beside its limits"
    )]
    TimestampUnsigned,
    /// A limit that is more than it says.
    #[error("`scheme.timestamp` is signed: leave `unsigned` out")]
    TimestampSigned,
    /// A body that nobody vouches for.
    #[error(
        "`scheme.message` has {{form}} without {{url}}: a body that is no form is signed by its digest in the URL alone, so write {{url}}{{form}}, or {{body}} if the sender signs the body's bytes"
    )]
    FormWithoutUrl,
    /// A sender's own keys that are none.
    #[error("`scheme.keys.public_keys`: {0}")]
    NotAPublicKey(NotAPublicKey),
    /// No key at all.
    #[error("`scheme.keys.public_keys` is empty: write the sender's key, or `from = \"operator\"`")]
    NoPublicKeys,
    /// Keys of anybody.
    #[error("`scheme.keys`: a key set comes by https from one of `hosts`, which must name the host of `url`")]
    KeySetHost,
    /// Keys for longer than a day.
    #[error(
        "`scheme.keys.ttl_seconds` is from 1 to 86400: a key that the sender takes back must not live on for longer"
    )]
    KeySetTtl,
    /// A certificate that is named nowhere.
    #[error("`scheme.keys.at` is where a delivery names its certificate: a header, or a place of the body")]
    CertificatePlace,
    /// A certificate of anybody.
    #[error(
        "`scheme.keys`: a certificate comes from one of `hosts`, in which `{{region}}` may stand for a region of AWS, and has a `path`, in which `{{name}}` stands for letters, digits, `-` and `_`"
    )]
    CertificateAddress,
    /// A certificate of a kind that nobody has.
    #[error("`scheme.keys` are of a certificate, and this `kind` has none: write `ecdsa-p256` or `rsa-sha256`")]
    CertificateKind,
    /// A certificate of a token.
    #[error("`scheme.keys` of a token are not those of a certificate: write `from = \"jwks\"` or `operator`")]
    CertificateOfToken,
    /// Lines that could be taken for others.
    #[error(
        "`scheme.message` with {{lines:..}} is that alone: of places with different names, of which the first two are always there"
    )]
    Lines,
    /// An account that is asked for and not signed, or the other way round.
    #[error(
        "`scheme.account` is `in-message` where {{account}} stands in `scheme.message` of a sender with keys of its own, and only there"
    )]
    AccountOfMessage,
    /// Keys that vouch for everybody.
    #[error(
        "`scheme.account` is missing: a sender's own keys sign for all of the sender's customers, so say which signed place names the account, such as `header:x-account` or `/account/id`, or write `token-only` if none does"
    )]
    NoAccount,
    /// An account that anybody could write.
    #[error(
        "`scheme.account` is not signed where it stands: put {{header:..}} or {{account}} into `scheme.message`, with a fixed text between it and its neighbours, name a place of a body that is signed as a whole, or write `token-only`"
    )]
    AccountUnsigned,
    /// A claim where there is no token.
    #[error("`scheme.account` is a claim, and this `kind` has no token: name a signed place, or write `token-only`")]
    ClaimWithoutToken,
    /// A token of anybody's.
    #[error(
        "`scheme.issuer` is missing, so that it is not said whose token it is: write the text of its `iss`, or a claim that names your account as `account`, such as `claim:iss`"
    )]
    NoIssuer,
    /// A rule that reads a header which the processor never sees.
    #[error("a shape reads the header `{0}`, which is not kept with an event: add it to `kept_headers`")]
    HeaderNotKept(String),
    /// A header that must not lie about.
    #[error(
        "`kept_headers` holds `{0}`, which proves who somebody is: leave it out, since what is kept can be read by others"
    )]
    KeepsCredential(String),
    /// A header that is stored whatever it holds.
    #[error(
        "`scheme` has a credential in the header `{0}`, which is kept with every event and can be read by others: have the sender put it into another header"
    )]
    CredentialKept(String),
    /// Events of one delivery under one key.
    #[error(
        "`shape` {number} has a `key` of headers alone, which all events of a delivery have in common: add a place of the item, or `key_with_body = true`"
    )]
    BatchKey {
        /// The shape's, from 1.
        number: usize,
    },
    /// Items that nobody vouches for.
    #[error(
        "`batch` needs a proof of the whole body or one in each item, and `scheme` signs single fields of the body by a header: leave `batch` out"
    )]
    BatchUnsigned,
    /// A list that is nowhere.
    #[error("`batch.items` names no list: write the place of one, such as `/events`, or `\"\"` if the body is it")]
    BatchOfNothing,
    /// An id by the scheme, which names none.
    #[error("a shape reads `id`, and `scheme.id` does not say in which header the delivery's id is")]
    NoIdHeader,
    /// A challenge that takes everything.
    #[error("`challenge.when` is empty, so no delivery would ever be an event: say how a challenge is known")]
    EndlessChallenge,
    /// A question that could only be a stranger's.
    #[error("a challenge with `method = \"GET\"` is never signed: write `unsigned = true` beside it")]
    GetIsUnsigned,
    /// A token beside a signature.
    #[error(
        "`challenge.token` guards what is not signed: leave it out, or write `unsigned = true` if the sender signs no challenge"
    )]
    TokenOfSigned,
    /// A body where there is none.
    #[error("a challenge with `method = \"GET\"` has no body: read `query:name` or `header:x-name`")]
    BodyOfGet,
    /// A header that would be shown to who asks.
    #[error("a challenge reads the header `{0}`, which proves who somebody is: leave it out")]
    ChallengeReadsCredential(String),
    /// An id where nothing has one.
    #[error("a challenge reads `id`: name the header instead, such as `header:webhook-id`")]
    IdOfChallenge,
    /// A header that means something to everybody.
    #[error("`challenge.answer.headers` sets `{0}`: only headers that begin with `x-` can be asked for")]
    AnswerHeader(String),
    /// A code without a key.
    #[error("`challenge.answer` is made with the source's secret, and this `kind` has none: leave {{hmac_..}} out")]
    CodeWithoutSecret,
    /// An answer that tells of failure.
    #[error("`{field}` is no success: write one from 200 to 299")]
    NoSuccess {
        /// Where it stands.
        field: &'static str,
    },
    /// A body that cannot be sent.
    #[error("`success` has a text with the status 204, which has no body: leave `text` out")]
    TextOfNothing,
    /// A place that the processor never sees.
    #[error(
        "a shape reads the URL's query, which is not kept with an event: only a challenge or the scheme can read it"
    )]
    QueryNotKept,
    /// A list of signatures that cannot be taken apart.
    #[error("`scheme.syntax`: {0}")]
    Syntax(&'static str),
    /// Every member where only one can be meant.
    #[error("`*` stands for every member only in `assets`: name the one that is meant")]
    Wildcard,
    /// A shape behind one that takes everything.
    #[error("shape {number} is never reached: the one before it has no condition")]
    Unreachable {
        /// Its number, from 1.
        number: usize,
    },
    /// A shape that nothing comes of.
    #[error("shape {number} reports nothing: give `report` rules, or `otherwise`")]
    ReportsNothing {
        /// Its number, from 1.
        number: usize,
    },
    /// An id that is read elsewhere than where it is signed.
    #[error(
        "shape {number} reads an id in other places, or in another order, than `scheme.message` signs it, so that one signature would prove any id: write the same places in the same order in `key`, `subject` and `job_id`"
    )]
    KeyedOtherwise {
        /// Its number, from 1.
        number: usize,
    },
    /// A key that nobody vouches for.
    #[error(
        "shape {number} has a `key` of which `scheme.message` signs nothing, so that one signature would prove any id: put what is signed into `key`"
    )]
    KeyUnsigned {
        /// Its number, from 1.
        number: usize,
    },
    /// More places than can be read in one pass.
    #[error(
        "the shapes look at more than {HEAD_POINTERS_MAX} places of the body in `when`, `when_any`, `subject`, `key` and `report`: leave some out"
    )]
    TooManyPlaces,
    /// A body that cannot be sent.
    #[error("poll {number} sends a body with GET: write `method = \"POST\"`, or leave `body` out")]
    BodyWithGet {
        /// Its number, from 1.
        number: usize,
    },
    /// A question that does not name what it is about.
    #[error(
        "poll {number} asks about nothing: put {{id}} into `url` or `body`, or a {{/pointer}} if the body is signed"
    )]
    AsksAboutNothing {
        /// Its number, from 1.
        number: usize,
    },
    /// There is no delivery to take it from.
    #[error(
        "poll {number} has a text under `unprompted` that is not known without a delivery: write a plain text or {{id}}"
    )]
    UnpromptedText {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// What has another place.
    #[error("poll {number} has {{jwt}} or {{family_path}} in `body`: a token goes into `headers`, a path into `url`")]
    TextOfBody {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// Two lists of the same.
    #[error(
        "poll {number} has `families` beside {{family_path}}, of which each source has its own list: leave one out"
    )]
    FamiliesOfOperator {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// A part of an API whose name no source can give.
    #[error(
        "poll {number} has one of `families` that no source can name: write lower-case letters, digits, `-` and `_`"
    )]
    FamilyName {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// A status that says something else.
    #[error(
        "poll {number} has `answer.failed.statuses` that do not tell of a failed job: write some from 400 to 499, without 401, 403, 404, 408 and 429"
    )]
    FailedStatus {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// An answer of which nothing is made.
    #[error("poll {number} has no `answer.failed.webhook`: say how the webhook of a failed job is made")]
    FailedWebhook {
        /// The number of the poll, from 1.
        number: usize,
    },
    /// A header that anybody could fill.
    #[error(
        "poll {number} fills a header with what a delivery says: only {{key}}, {{jwt}} and plain texts may stand there"
    )]
    HeaderOfDelivery {
        /// Its number, from 1.
        number: usize,
    },
    /// Not a host.
    #[error(
        "`asset_hosts` holds something that is not a host name: write `cdn.example.com`, or `.example.com` for all below"
    )]
    NotAHost,
}
