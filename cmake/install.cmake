# Programs that people start go to bin, those that only our programs start to libexec/signet.
install(TARGETS signet signet-agent RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS signet-token signet-cms signet-mail RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/signet)

# systemd user units: systemctl --user enable --now signet-agent.socket
configure_file(${PROJECT_SOURCE_DIR}/cmake/signet-agent.service.in ${PROJECT_BINARY_DIR}/signet-agent.service @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/signet-agent.service ${PROJECT_SOURCE_DIR}/cmake/signet-agent.socket
        DESTINATION lib/systemd/user)
