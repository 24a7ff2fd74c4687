#include "cms/pem.h"

#include "cms/openssl_error.h"
#include "cms/openssl_ptr.h"

#include <openssl/pem.h>

namespace signet::cms {

std::string pem(const char* label, BytesView der) {
    const BioPtr bio(BIO_new(BIO_s_mem()));
    require_openssl(bio && PEM_write_bio(bio.get(), label, "", der.data(), static_cast<long>(der.size())) > 0,
                    "cannot write PEM");
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

}  // namespace signet::cms
