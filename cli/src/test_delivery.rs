//! A test delivery, as lines of shell.

use domain::description::{
    Encoding, Hash, HeaderName, Hmac, Scheme, SecretForm, StaticToken, Syntax, Template, TemplatePart,
};
use serde_json::{Map, Value};

use crate::handover::Handover;
use crate::sender::Sender;

/// Lines that send a test to a source with this content; none if that takes more than a shell. Without a token at hand, they
/// ask for it.
#[must_use]
pub fn lines(
    sender: &Sender,
    content: &Map<String, Value>,
    url: &Handover,
    token: Option<&Handover>,
) -> Option<Vec<String>> {
    let (url, ask_url) = url.shell.clone();
    let curl = format!("curl {url} -H 'content-type: application/json'");
    let mut lines = vec![r#"body='{"test": true}'"#.to_owned()];
    lines.extend(ask_url);
    match &sender.description.scheme {
        Scheme::UrlToken => lines.push(format!(r#"{curl} --data "$body""#)),
        Scheme::StaticToken(StaticToken { at: Some(_), .. }) => return None,
        Scheme::StaticToken(StaticToken { header, at: None, prefix }) => {
            let chosen = content.get("token_header").and_then(Value::as_str).unwrap_or_default();
            let header = header.as_ref().map_or(chosen, |HeaderName(name)| name);
            match token {
                Some(token) => {
                    lines.extend(token.shell.1.clone());
                    lines.push(format!("token={}", token.shell.0));
                }
                None => lines.push("read -rs token   # paste it, then press Enter".to_owned()),
            }
            lines.push(format!(r#"{curl} -H "{header}: {prefix}$token" --data "$body""#));
        }
        // curl asks for the password.
        Scheme::Basic => lines.push(format!(r#"{curl} --user 'name' --data "$body""#)),
        Scheme::Hmac(hmac) => {
            let (sign, header) = signature_over_body(hmac)?;
            lines.push(sign);
            lines.push(format!(r#"{curl} -H "{header}$signature" --data "$body""#));
        }
        Scheme::PublicKey(_) | Scheme::Jwt(_) => return None,
    }
    Some(lines)
}

/// How to sign, and the header up to the signature, where nothing but the secret's text and the body goes into it.
fn signature_over_body(hmac: &Hmac) -> Option<(String, String)> {
    let Hmac { construction: _, hash, secret, place, syntax, encoding, id, timestamp, message: Template(message) } =
        hmac;
    let prefix = match syntax {
        Syntax::Plain => "",
        Syntax::Prefix { prefix } => prefix,
        Syntax::Pairs { .. } | Syntax::List { .. } | Syntax::Json { .. } | Syntax::Versions { .. } => return None,
    };
    let is_plain = *secret == SecretForm::default() && id.is_empty() && timestamp.is_none();
    if !is_plain || *message != [TemplatePart::Body] {
        return None;
    }
    let hash = match hash {
        Hash::Sha256 => "sha256",
        Hash::Sha384 => "sha384",
        Hash::Sha512 => "sha512",
        Hash::Sha1 => "sha1",
    };
    let text = match encoding {
        Encoding::Hex => "m.hexdigest()",
        Encoding::Base64 => "base64.b64encode(m.digest()).decode()",
    };
    // Not `openssl dgst -hmac`, which would show the secret in the list of processes.
    let code = format!(r#"m = hmac.new(getpass.getpass("secret: ").encode(), sys.argv[1].encode(), "{hash}")"#);
    let sign = format!(r#"signature=$(python3 -c 'import base64, getpass, hmac, sys; {code}; print({text})' "$body")"#);
    let HeaderName(name) = place.headers().first()?;
    Some((sign, format!("{name}: {prefix}")))
}
