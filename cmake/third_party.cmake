# The libraries arpad is built from. Which folder may use which is checked by
# tools/checks/include_order; see ARCHITECTURE.md.

find_package(Boost 1.81 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)

# It comes without a file for pkg-config.
find_library(libcsv_library csv REQUIRED)
find_path(libcsv_headers csv.h REQUIRED)
add_library(libcsv UNKNOWN IMPORTED)
set_target_properties(libcsv PROPERTIES
    IMPORTED_LOCATION "${libcsv_library}"
    INTERFACE_INCLUDE_DIRECTORIES "${libcsv_headers}")

find_package(PkgConfig REQUIRED)
pkg_check_modules(ldns REQUIRED IMPORTED_TARGET ldns)
pkg_check_modules(libcap-ng REQUIRED IMPORTED_TARGET libcap-ng)
pkg_check_modules(libidn2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(libseccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(libsodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
