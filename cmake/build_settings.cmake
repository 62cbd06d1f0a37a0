# The interface target arpad::build_settings: warnings, sanitizers, hardening and include
# directories of every target of this project.

include(CheckCXXCompilerFlag)
include(CheckPIESupported)
check_pie_supported()

if(ARPAD_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(CCACHE_PROGRAM ccache)
    mark_as_advanced(CCACHE_PROGRAM)
    if(CCACHE_PROGRAM)
        set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
    endif()
endif()

add_library(arpad_build_settings INTERFACE)
add_library(arpad::build_settings ALIAS arpad_build_settings)

# What the build generates is included like what stands in the tree: "base/version.hpp".
set(ARPAD_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")
configure_file(
    "${PROJECT_SOURCE_DIR}/cmake/version.hpp.in" "${ARPAD_GENERATED_DIR}/base/version.hpp" @ONLY)
target_include_directories(arpad_build_settings
    INTERFACE "${PROJECT_SOURCE_DIR}/server" "${ARPAD_GENERATED_DIR}")

target_compile_options(arpad_build_settings INTERFACE
    -Werror
    -Wall
    -Wextra
    -Wpedantic
    -Wcast-align
    -Wconversion
    -Wdouble-promotion
    -Wextra-semi
    -Wformat=2
    -Wimplicit-fallthrough
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual
    -Wshadow
    -Wsign-conversion
    -Wundef
    -Wvla
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond>
    $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op>)

# Libraries that a program names but does not use are not dependencies of its package or image.
target_link_options(arpad_build_settings INTERFACE -Wl,--as-needed)

# Where sources are compiled as one, a local name may well be one that another source keeps to itself,
# and GCC takes what they keep to themselves for what headers do. The builds of each alone see both.
if(ARPAD_UNITY)
    target_compile_options(arpad_build_settings INTERFACE
        -Wno-shadow
        $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()

# Beast 1.81 asserts that the last chunk of a body has five octets, of which only four may have come:
# builds with assertions would let clients end them. Those without do right.
target_compile_definitions(arpad_build_settings INTERFACE
    $<$<NOT:$<CONFIG:Release,RelWithDebInfo,MinSizeRel>>:BOOST_DISABLE_ASSERTS>)

if(ARPAD_SANITIZE)
    set(sanitize
        -fsanitize=${ARPAD_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_compile_options(arpad_build_settings INTERFACE ${sanitize})
    target_link_options(arpad_build_settings INTERFACE ${sanitize})
    # GCC's warnings about the flow of values are wrong about instrumented code; the builds without
    # sanitizers keep them.
    target_compile_options(arpad_build_settings INTERFACE
        $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds>
        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
        $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
    # ThreadSanitizer does not know fences. Asio's add nothing to the order its mutexes establish.
    if(ARPAD_SANITIZE MATCHES "thread")
        target_compile_definitions(arpad_build_settings INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
    endif()
endif()

if(ARPAD_HARDENING)
    target_compile_options(arpad_build_settings INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong)
    # Each of these exists for some processors only.
    foreach(flag IN ITEMS -fstack-clash-protection -fcf-protection -mbranch-protection=standard)
        string(MAKE_C_IDENTIFIER "ARPAD_HAS${flag}" has_flag)
        check_cxx_compiler_flag("${flag} -Werror" ${has_flag})
        if(${has_flag})
            target_compile_options(arpad_build_settings INTERFACE ${flag})
        endif()
    endforeach()
    target_link_options(arpad_build_settings INTERFACE
        -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()
