# Where program, libraries, header, formats and detections go.
if(NOT TARGET strandline_program)
    return()
endif()

install(TARGETS strandline_program strandline_static strandline_shared
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${PROJECT_SOURCE_DIR}/include/strandline/strandline.h
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/strandline)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/formats ${PROJECT_SOURCE_DIR}/detections
    DESTINATION ${CMAKE_INSTALL_DATADIR}/strandline
    PATTERN telemetry EXCLUDE)
install(FILES ${PROJECT_SOURCE_DIR}/docs/strandline.1
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE
    DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The prefix is worked out from where strandline.pc stands, so an installed tree can be moved and
# `cmake --install --prefix` tells the truth.
file(RELATIVE_PATH SL_PC_UP
    /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
set(SL_PC_PREFIX "\${pcfiledir}/${SL_PC_UP}")
list(JOIN SL_PKGCONFIG_MODULES ", " SL_PC_REQUIRES)
configure_file(${PROJECT_SOURCE_DIR}/cmake/strandline.pc.in
               ${PROJECT_BINARY_DIR}/strandline.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/strandline.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
