# The client library for other programs: find_package(signet), then signet::client. A component of its own:
# cmake --install build/release --component client_library
include(CMakePackageConfigHelpers)

set(headers ${CMAKE_INSTALL_INCLUDEDIR}/signet)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/signet)

# What client/client.h includes, and what that includes.
set(SIGNET_PUBLIC_HEADERS
  agent/protocol/frame.h
  agent/protocol/status.h
  client/agent_channel.h
  client/agent_connection.h
  client/cms_input.h
  client/content_opener.h
  client/content_signer.h
  client/error.h
  client/file_descriptor.h
  client/input_file.h
  client/output_file.h
  client/output_stream.h
  client/recipients.h
  client/signing_options.h
  client/spool.h
  cms/algorithms.h
  cms/asn1/content_writer.h
  cms/asn1/der.h
  cms/byte_stream.h
  cms/bytes.h
  cms/certificate.h
  cms/content_attachment.h
  cms/content_cipher.h
  cms/content_encryption.h
  cms/digest_stream.h
  cms/enveloped_data.h
  cms/error.h
  cms/openssl_ptr.h
  cms/path_settings.h
  cms/path_verdict.h
  cms/revocation.h
  cms/revocation_reason.h
  cms/revocation_transport.h
  cms/signed_data_verifier.h
  cms/timestamp.h
  cms/smime_capabilities.h
  cms/verification_reason.h
  cms/weak_algorithm.h
  secret/secret.h)

foreach(header ${SIGNET_PUBLIC_HEADERS})
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${PROJECT_SOURCE_DIR}/${header} DESTINATION ${headers}/${folder} COMPONENT client_library)
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/client/client.h DESTINATION ${headers} COMPONENT client_library)
install(FILES ${PROJECT_BINARY_DIR}/generated/agent/protocol/signet.pb.h
        DESTINATION ${headers}/agent/protocol COMPONENT client_library)

foreach(library client cms protocol secret)
  set_target_properties(signet_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS signet_${library} EXPORT signet-targets
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT client_library
          INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} ${headers})
endforeach()
install(EXPORT signet-targets NAMESPACE signet:: DESTINATION ${package} COMPONENT client_library)

configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/signet-config.cmake.in ${PROJECT_BINARY_DIR}/signet-config.cmake
                              INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/signet-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/signet-config.cmake ${PROJECT_BINARY_DIR}/signet-config-version.cmake
        DESTINATION ${package} COMPONENT client_library)
