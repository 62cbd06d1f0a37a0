# Functions that declare the targets of server/, tools/ and tests/. Adding a file to a target is
# one line in the list of its CMakeLists.txt.

# arpad_library(<folder> SOURCES <file>... [APART <file>...] [USES <folder>...]
#               [WITH <target>...] [EXPOSES <target>...])
#
# One folder of server/ as the static library arpad::<folder>. APART names those of its sources that
# keep a name to themselves which another one keeps to itself as well: they are compiled alone even
# where the others are compiled as one (ARPAD_UNITY). USES names folders to the left in
# the order of layers; a folder to the right does not exist yet when this one is declared, so
# naming it stops the configuration. WITH and EXPOSES name libraries of third parties: WITH those
# that only the sources include, EXPOSES those that the headers include.
function(arpad_library folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;APART;USES;WITH;EXPOSES")
    set(target "arpad_${folder}")
    add_library(${target} STATIC ${arg_SOURCES} ${arg_APART})
    arpad_compile_as_one(${target} ${arg_APART})
    add_library(arpad::${folder} ALIAS ${target})
    target_link_libraries(${target}
        PUBLIC arpad::build_settings Boost::headers fmt::fmt ${arg_EXPOSES}
        PRIVATE ${arg_WITH})
    foreach(used IN LISTS arg_USES)
        if(NOT TARGET arpad::${used})
            message(FATAL_ERROR "server/${folder} cannot use ${used}: it is no folder to its left")
        endif()
        target_link_libraries(${target} PUBLIC arpad::${used})
    endforeach()
endfunction()

# arpad_program(<name> SOURCES <file>... [APART <file>...] [USES <folder>...] [WITH <target>...])
#
# An executable made of folders of server/ and libraries of third parties. APART: as above.
function(arpad_program name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;APART;USES;WITH")
    add_executable(${name} ${arg_SOURCES} ${arg_APART})
    arpad_compile_as_one(${name} ${arg_APART})
    list(TRANSFORM arg_USES PREPEND arpad::)
    target_link_libraries(${name} PRIVATE arpad::build_settings ${arg_USES} ${arg_WITH})
endfunction()

# arpad_compile_as_one(<target> [<file>...])
#
# With ARPAD_UNITY, the sources of a target but the named ones as one file: what they include is
# compiled once.
function(arpad_compile_as_one target)
    if(NOT ARPAD_UNITY)
        return()
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()
