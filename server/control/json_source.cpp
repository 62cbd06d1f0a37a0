/// \file  Boost.JSON is used header-only: this is where its functions are compiled.

#include <boost/json/src.hpp>
