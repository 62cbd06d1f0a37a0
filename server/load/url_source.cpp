/// \file  Boost.URL is used header-only: this is where its functions are compiled.

#include <boost/url/src.hpp>
