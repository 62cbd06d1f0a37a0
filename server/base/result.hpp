/// \file  A value or the reason why there is none.
///
/// Errors from the network are one-octet enums: no text, no heap. Errors from the operator do not
/// travel this way; they are collected in Diagnostics.
#pragma once

#include <boost/system/result.hpp>

namespace arpad {

/// Either a `T` or an `E`; `operator*` needs a value, `error()` an error.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace arpad
