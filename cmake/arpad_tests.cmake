# Functions that declare tests. Each test carries one of the labels unit, conformance, system,
# interop, fuzz, check and load. What takes more than half a minute with sanitizers is also `slow`,
# and what takes more than a minute without them is `long` and not run with AddressSanitizer. What
# is `brief` is run with sanitizers, and not again with the release build.

# arpad_test_support(SOURCES <file>... [APART <file>...] [USES <folder>...] [WITH <target>...])
#
# What tests of several folders share, included as "support/..."; tests name it `test_support`
# among what they use.
function(arpad_test_support)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES;APART;USES;WITH")
    list(TRANSFORM arg_USES PREPEND arpad::)
    add_library(arpad_test_support STATIC ${arg_SOURCES} ${arg_APART})
    arpad_compile_as_one(arpad_test_support ${arg_APART})
    add_library(arpad::test_support ALIAS arpad_test_support)
    target_include_directories(arpad_test_support PUBLIC "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(arpad_test_support
        PUBLIC arpad::build_settings ${arg_USES} ${arg_WITH} GTest::gmock)
endfunction()

# arpad_gtest(<name> LABEL <label> SOURCES <file>... [APART <file>...] [USES <folder>...]
#             [WITH <target>...])
#
# A GoogleTest program whose every TEST is a test of CTest; with sanitizers, which take longer to start
# than most tests do, every fourth TEST together.
function(arpad_gtest name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "SOURCES;APART;USES;WITH")
    arpad_program(${name}
        SOURCES ${arg_SOURCES}
        APART ${arg_APART}
        USES ${arg_USES}
        WITH ${arg_WITH} GTest::gmock_main)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    # Instrumented test code takes the compiler three times as long with optimisation, which a test
    # that runs once never gains back. What is tested is optimised all the same.
    if(ARPAD_SANITIZE)
        target_compile_options(${name} PRIVATE -O0)
        set(filter "*")
        if(ARPAD_SANITIZE MATCHES "thread")
            set(filter "-OfRandomNetworks*")  # long, and of one thread
        endif()
        foreach(part RANGE 3)
            set(test ${name}.part_${part})
            add_test(NAME ${test}
                COMMAND ${name} --gtest_brief=1 --gtest_filter=${filter}
                WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
            set_tests_properties(${test} PROPERTIES LABELS ${arg_LABEL} TIMEOUT 900
                ENVIRONMENT "GTEST_TOTAL_SHARDS=4;GTEST_SHARD_INDEX=${part}")
        endforeach()
        return()
    endif()
    # Discovered when CTest starts, so that a build does not run what it has just linked.
    gtest_discover_tests(${name}
        TEST_PREFIX "${name}."
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
        PROPERTIES LABELS ${arg_LABEL})
endfunction()

# arpad_unit_test(<folder> SOURCES <file>... [APART <file>...] [USES <folder>...]
#                 [WITH <target>...])
#
# The tests of server/<folder> as the program unit_<folder>; sources are relative to
# tests/unit/<folder>.
function(arpad_unit_test folder)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;APART;USES;WITH")
    list(TRANSFORM arg_SOURCES PREPEND "${folder}/")
    list(TRANSFORM arg_APART PREPEND "${folder}/")
    arpad_gtest(unit_${folder}
        LABEL unit
        SOURCES ${arg_SOURCES}
        APART ${arg_APART}
        USES ${folder} ${arg_USES}
        WITH ${arg_WITH})
endfunction()

# arpad_system_test(<name> [LABELS <label>...])
#
# <name>.py of Python's unittest, run against the built programs.
function(arpad_system_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LABELS")
    arpad_python_test(system.${name} -m unittest -v ${name})
    set_tests_properties(system.${name} PROPERTIES LABELS "system;${arg_LABELS}" TIMEOUT 600)
endfunction()

# arpad_interop_test(<name> <script> [<argument>...] [WAITS] [LABELS <label>...])
#
# A script that compares the built programs with other nameservers, or tests that comparison. One that
# mostly waits for them leaves a core to other tests. What is not `long` is labelled `brief`.
function(arpad_interop_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "WAITS" "" "LABELS")
    arpad_python_test(interop.${name} ${arg_UNPARSED_ARGUMENTS})
    if(NOT "long" IN_LIST arg_LABELS)
        list(APPEND arg_LABELS brief slow)
    endif()
    set(processors 2)
    if(arg_WAITS)
        set(processors 1)
    endif()
    set_tests_properties(interop.${name} PROPERTIES LABELS "interop;${arg_LABELS}"
        TIMEOUT 900 PROCESSORS ${processors} SKIP_RETURN_CODE 77)
endfunction()

# arpad_load_test(<name> [<argument>...])
#
# The script <name>.py, which measures: long, and with the machine to itself.
function(arpad_load_test name)
    arpad_python_test(load.${name} ${name}.py ${ARGN})
    set_tests_properties(load.${name} PROPERTIES LABELS "load;long" TIMEOUT 900 RUN_SERIAL ON)
endfunction()

# arpad_python_test(<test> <argument>...)
#
# Python in the current folder; ARPAD and ARPACTL in its environment are the built programs.
function(arpad_python_test test)
    add_test(NAME ${test}
        COMMAND "${ARPAD_PYTHON}" ${ARGN}
        WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    set_property(TEST ${test} PROPERTY ENVIRONMENT
        ARPAD=$<TARGET_FILE:arpad> ARPACTL=$<TARGET_FILE:arpactl> PYTHONDONTWRITEBYTECODE=1)
endfunction()

# arpad_fuzz_target(<name> [SOURCES <file>...] [USES <folder>...])
#
# fuzz_<name>.cpp with the sources it shares with others, and a test that replays corpus/<name>:
# with libFuzzer where ARPAD_FUZZ is on, else with the replay program.
function(arpad_fuzz_target name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES")
    set(target fuzz_${name})
    set(sources ${target}.cpp ${arg_SOURCES})
    if(ARPAD_FUZZ)
        arpad_program(${target} SOURCES ${sources} USES ${arg_USES} WITH -fsanitize=fuzzer)
        set(replay_options -runs=0)
    else()
        arpad_program(${target} SOURCES ${sources} USES ${arg_USES} WITH fuzz_replay)
        set(replay_options "")
    endif()
    add_dependencies(fuzz_targets ${target})
    add_test(NAME fuzz.${name}
        COMMAND ${target} ${replay_options} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name}")
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz)
endfunction()

# arpad_check(<name> [<argument>...])
#
# The program <name> of tools/checks as a test.
function(arpad_check name)
    add_test(NAME ${name} COMMAND "${PROJECT_SOURCE_DIR}/tools/checks/${name}" ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS check)
endfunction()
