//! Web origins as browsers send them.

/// Whether a text is an origin as a browser would send it (RFC 6454, 6.2): `https://host` or
/// `https://host:port` in lower case, nothing behind it, no port that goes without saying; also
/// `http://localhost` and `http://127.0.0.1`, for development.
pub(super) fn is_origin(text: &str) -> bool {
    let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return false,
    };
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let is_local = matches!(host, "localhost" | "127.0.0.1");
    let implied = if secure { "443" } else { "80" };
    let port_is_good = port.is_none_or(|port| is_port(port) && port != implied);
    (secure || is_local) && is_host(host) && port_is_good
}

fn is_host(host: &str) -> bool {
    let good = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    let is_label = |label: &str| {
        let edge = label.starts_with('-') || label.ends_with('-');
        (1..=63).contains(&label.len()) && !edge && label.bytes().all(good)
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

fn is_port(port: &str) -> bool {
    // Of digits only: `parse` takes a sign too.
    let digits = port.bytes().all(|byte| byte.is_ascii_digit()) && !port.starts_with('0');
    digits && port.parse::<u16>().is_ok()
}
