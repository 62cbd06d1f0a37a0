/// \file  What operators and customers may write as a host name.
///
/// Letters, digits and hyphens (RFC 952, RFC 1123 2.1), underscores on sufferance, and
/// international names, which become A-labels (IDNA2008, RFC 5891). Always absolute, with or
/// without a final dot. Only here and in control/ may libidn2 be included.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "dns/name.hpp"

namespace arpad {

/// A name, and whether there is something odd about it.
struct HostName {
    Name name;
    bool has_underscore = false;  ///< Not a legal host name, but served by habit.
};

/// Why a text is no host name, in the words of Diagnostic.
struct HostNameError {
    std::string message;
    std::string advice;
};

/// Reads a host name. The case of ASCII labels is kept.
[[nodiscard]] Result<HostName, HostNameError> host_name_from_text(std::string_view text);

/// `name` as people write host names: without the final dot.
[[nodiscard]] std::string host_name_text(NameView name);

/// Reads the contact of a zone, `hostmaster@example.net` or `hostmaster.example.net`, as the SOA
/// record holds it (RFC 1035 8): all before the `@` is one label. In the form without `@` a dot in
/// the first label is written `\.`.
[[nodiscard]] Result<HostName, HostNameError> contact_from_text(std::string_view text);

/// Reads the name of a zone: any name, with the escapes of RFC 1035 5.1. International labels
/// become A-labels.
[[nodiscard]] Result<Name, HostNameError> zone_name_from_text(std::string_view text);

}  // namespace arpad
