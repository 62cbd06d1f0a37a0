# The Debian package: `cpack` in a build directory of the release preset.
install(FILES "${PROJECT_SOURCE_DIR}/config/minimal.yaml" DESTINATION /etc/arpad RENAME arpad.yaml
    COMPONENT debian EXCLUDE_FROM_ALL)
# An empty directory: the operator's zone files.
install(DIRECTORY DESTINATION /etc/arpad/zones COMPONENT debian EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_CMAKE_PROJECTS
    "${CMAKE_BINARY_DIR};arpad;ALL;/" "${CMAKE_BINARY_DIR};arpad;debian;/")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME arpad)
set(CPACK_PACKAGE_VENDOR arpad)
set(CPACK_PACKAGE_CONTACT "arpad developers <developers@arpad.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Authoritative DNS server for reverse zones")
string(CONCAT CPACK_PACKAGE_DESCRIPTION
    "Operators write zone files in YAML, keyed by plain IP address; arpad answers for the\n"
    "in-addr.arpa and ip6.arpa zones that follow.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser)
set(debian "${PROJECT_SOURCE_DIR}/config/debian")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    "${debian}/conffiles;${debian}/postinst;${debian}/prerm;${debian}/postrm")
include(CPack)
