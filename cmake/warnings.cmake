add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fstack-protector-strong)
add_compile_definitions(OPENSSL_API_COMPAT=30000 OPENSSL_NO_DEPRECATED)
add_link_options(-Wl,-z,relro,-z,now)

# In one unit of several sources g++ takes the unnamed namespaces and coroutine frames of a source for a header's.
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wno-subobject-linkage)
endif()

if(SIGNET_SANITIZE)
  add_compile_options(-fsanitize=${SIGNET_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # g++ 12 sees uninitialised reads in the standard library's own headers once they are instrumented.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-maybe-uninitialized)
  endif()
  # Asio has fences, which this sanitizer does not follow.
  if(SIGNET_SANITIZE MATCHES "thread")
    add_compile_options(-Wno-tsan)
  endif()
  add_link_options(-fsanitize=${SIGNET_SANITIZE})
  # An instrumented program has megabytes of data to relocate: at fixed addresses it starts in half the time.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    string(APPEND CMAKE_EXE_LINKER_FLAGS " -no-pie")
  endif()
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-D_FORTIFY_SOURCE=2)
endif()
