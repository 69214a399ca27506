# The libraries, from the system; what is missing is said with the name of its Debian package.
find_package(PkgConfig)
if(NOT PkgConfig_FOUND)
    message(FATAL_ERROR "pkg-config is missing: apt-get install pkg-config")
endif()
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

set(SL_PKGCONFIG_MODULES "" CACHE INTERNAL "Modules that strandline.pc names")
function(sl_require prefix module package)
    pkg_check_modules(${prefix} IMPORTED_TARGET GLOBAL QUIET "${module}")
    if(NOT ${prefix}_FOUND)
        message(FATAL_ERROR "${module} is missing: apt-get install ${package}\n"
                            "(./bootstrap build installs all that is missing)")
    endif()
    set(SL_PKGCONFIG_MODULES ${SL_PKGCONFIG_MODULES} "${module}" CACHE INTERNAL "")
endfunction()

sl_require(FYAML libfyaml libfyaml-dev)
sl_require(ISAL libisal libisal-dev)
sl_require(ZSTD libzstd libzstd-dev)
sl_require(PCRE2 libpcre2-8 libpcre2-dev)
sl_require(MD libmd libmd-dev)
# Hyperscan where there is SSE, its fork Vectorscan elsewhere: the same module under the same name.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|i.86")
    sl_require(HS libhs libhyperscan-dev)
else()
    sl_require(HS libhs libvectorscan-dev)
endif()
