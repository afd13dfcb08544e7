# find_package(runner): a target for each layer, runner::error … runner::report. Link the highest you include headers of.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
find_dependency(TBB 2021)
find_dependency(Eigen3 3.4)
find_dependency(fmt 9)
find_dependency(ZLIB)
if(NOT TARGET hdf5::hdf5)
  enable_language(C)  # CMake's module looks for HDF5 in C only where there is C
  find_dependency(HDF5 1.10.7 COMPONENTS C HL)
endif()
find_dependency(PkgConfig)
pkg_check_modules(NETTLE REQUIRED QUIET IMPORTED_TARGET nettle)
include(${CMAKE_CURRENT_LIST_DIR}/runnerTargets.cmake)
