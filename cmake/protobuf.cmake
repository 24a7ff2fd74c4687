# signet_add_protobuf(TARGET FILE.proto): compiles one lite message file into TARGET. The generated code is included
# as a system header, because it does not build under our warnings.
function(signet_add_protobuf target file)
  get_filename_component(stem ${file} NAME_WE)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(out ${PROJECT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})
  set(generated ${out}/${folder}/${stem}.pb.cc ${out}/${folder}/${stem}.pb.h)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND protobuf::protoc --proto_path=${PROJECT_SOURCE_DIR} --cpp_out=${out} ${CMAKE_CURRENT_SOURCE_DIR}/${file}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${file}
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
  set_source_files_properties(${generated} PROPERTIES COMPILE_OPTIONS "-w")
  target_include_directories(${target} SYSTEM PUBLIC $<BUILD_INTERFACE:${out}>)
  target_link_libraries(${target} PUBLIC
    $<BUILD_INTERFACE:${SIGNET_PROTOBUF_LITE}> $<BUILD_INTERFACE:Threads::Threads> $<INSTALL_INTERFACE:protobuf::libprotobuf-lite>)
endfunction()
