#include "tests/catch.h"
#include "tests/token/loaded_token.h"
#include "tests/token/peer_key.h"

using namespace signet::tests;

TEST_CASE("RSA ciphertexts, v1.5 and OAEP, are decrypted") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::rsa2048, "rsa", "01"));
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    for (const std::string& text : {std::string(32, 'k'), std::string("\0\1\0", 3)}) {
        const auto pkcs1 =
            token.decrypt(key, protocol::DECRYPT_PKCS1, encrypt(peer.get(), protocol::DECRYPT_PKCS1, text));
        CHECK(pkcs1.outcome() == protocol::OK);
        CHECK(pkcs1.output() == text);
        const auto oaep =
            token.decrypt(key, protocol::DECRYPT_OAEP, encrypt(peer.get(), protocol::DECRYPT_OAEP, text),
                          protocol::HASH_SHA1, protocol::HASH_SHA1);
        CHECK(oaep.outcome() == protocol::OK);
        CHECK(oaep.output() == text);
    }
}

TEST_CASE("A bad ciphertext is refused as such and the next good one is decrypted") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::rsa2048, "rsa", "01"));
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    const std::string good = encrypt(peer.get(), protocol::DECRYPT_PKCS1, "text");

    // 00 01 ff...: padding of a signature, not of an encryption.
    std::string block(256, '\xff');
    block[0] = '\0';
    block[1] = '\1';
    const auto refused = token.decrypt(key, protocol::DECRYPT_PKCS1, encrypt_raw(peer.get(), block));
    CHECK(refused.outcome() == protocol::INPUT_REFUSED);
    CHECK(refused.body_case() == protocol::Reply::BODY_NOT_SET);
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, good).output() == "text");
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, good.substr(1)).outcome() == protocol::INPUT_REFUSED);
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, std::string(256, '\xff')).outcome() ==
          protocol::INPUT_REFUSED);
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, good).output() == "text");
    CHECK(token.decrypt(key, protocol::DECRYPT_OAEP, good, protocol::HASH_SHA1, protocol::HASH_SHA1)
              .outcome() == protocol::INPUT_REFUSED);
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, good).output() == "text");
}

TEST_CASE("Parameters that the token does not have are not blamed on the input") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::rsa2048, "rsa", "01");
    LoadedToken token(softhsm);
    const Scanned scanned = token.open();
    CHECK(token
              .decrypt(scanned.private_key("rsa"), protocol::DECRYPT_OAEP, std::string(256, '\x01'),
                       protocol::HASH_SHA256, protocol::HASH_SHA256)
              .outcome() == protocol::CANNOT);
}

TEST_CASE("What makes no sense is not decrypted") {
    SoftHsmToken softhsm;
    softhsm.generate(KeyType::rsa2048, "rsa", "01");
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    faults.set("C_DecryptInit crash");
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, "").outcome() == protocol::INPUT_REFUSED);
    CHECK(token.decrypt(key, protocol::DECRYPT_PKCS1, std::string(1025, 'x')).outcome() ==
          protocol::INPUT_REFUSED);
    CHECK(token.decrypt(key, protocol::DECRYPT_UNSPECIFIED, "x").outcome() == protocol::BAD_REQUEST);
    CHECK(token.decrypt(key, protocol::DECRYPT_OAEP, "x").outcome() == protocol::BAD_REQUEST);
}

TEST_CASE("A device that fails in a decryption is not taken for a bad ciphertext") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::rsa2048, "rsa", "01"));
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const std::string good = encrypt(peer.get(), protocol::DECRYPT_PKCS1, "text");
    const auto outcome = [&](const std::string& script) {
        faults.set(script);
        return token.decrypt(scanned.private_key("rsa"), protocol::DECRYPT_PKCS1, good).outcome();
    };
    CHECK(outcome("C_Decrypt error CKR_GENERAL_ERROR") == protocol::INPUT_REFUSED);
    CHECK(outcome("C_Decrypt error CKR_ENCRYPTED_DATA_INVALID") == protocol::INPUT_REFUSED);
    CHECK(outcome("C_Decrypt error 0x80000001") == protocol::INPUT_REFUSED);
    CHECK(outcome("C_Decrypt error CKR_GENERAL_ERROR\nC_GetSessionInfo error CKR_DEVICE_ERROR") ==
          protocol::DEVICE_FAILED);
    CHECK(outcome("C_Decrypt error CKR_DEVICE_ERROR") == protocol::DEVICE_FAILED);
    CHECK(outcome("C_DecryptInit error CKR_GENERAL_ERROR") == protocol::DEVICE_FAILED);
    CHECK(outcome("") == protocol::OK);
}

TEST_CASE("OAEP that the token does not have is decrypted with raw RSA, where that is allowed") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::rsa2048, "rsa", "01"));
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const protocol::Key& key = scanned.private_key("rsa");
    const auto script = GENERATE(as<std::string>(), "", "C_GetMechanismList without 0x9\n");
    INFO(script);
    faults.set(script);
    const std::string text(32, 'k');
    for (const protocol::Hash hash :
         {protocol::HASH_SHA1, protocol::HASH_SHA256, protocol::HASH_SHA384, protocol::HASH_SHA512}) {
        for (const protocol::Hash mgf : {hash, protocol::HASH_SHA1}) {
            for (const std::string& label : {std::string(), std::string("a label")}) {
                INFO(protocol::Hash_Name(hash) << ", MGF1 " << protocol::Hash_Name(mgf) << ", " << label);
                const std::string ciphertext = encrypt_oaep(peer.get(), hash, mgf, label, text);
                const auto reply = token.decrypt_oaep(key, ciphertext, hash, mgf, label, true);
                CHECK(reply.outcome() == protocol::OK);
                CHECK(reply.output() == text);
                // Where there is no label SoftHSM takes any.
                const std::string wrong = label.empty() && hash == protocol::HASH_SHA1 ? "" : "another label";
                if (wrong.empty())
                    continue;
                const auto other = token.decrypt_oaep(key, ciphertext, hash, mgf, wrong, true);
                CHECK(other.outcome() == protocol::INPUT_REFUSED);
                CHECK(other.body_case() == protocol::Reply::BODY_NOT_SET);
            }
        }
    }
    const std::string sha256 =
        encrypt_oaep(peer.get(), protocol::HASH_SHA256, protocol::HASH_SHA256, "", text);
    CHECK(
        token.decrypt_oaep(key, sha256, protocol::HASH_SHA256, protocol::HASH_SHA256, "", false).outcome() ==
        protocol::CANNOT);
    faults.set(script + "C_GetMechanismList without 0x3\n");
    CHECK(token.decrypt_oaep(key, sha256, protocol::HASH_SHA256, protocol::HASH_SHA256, "", true).outcome() ==
          protocol::CANNOT);
}

TEST_CASE("A device that fails at OAEP is not taken for one that does not have it") {
    SoftHsmToken softhsm;
    const auto peer = public_key(softhsm.generate(KeyType::rsa2048, "rsa", "01"));
    const FaultScript faults;
    LoadedToken token(softhsm, 1, &faults);
    const Scanned scanned = token.open();
    const std::string good =
        encrypt_oaep(peer.get(), protocol::HASH_SHA256, protocol::HASH_SHA256, "", "text");
    const auto outcome = [&](const std::string& script) {
        faults.set(script);
        return token
            .decrypt_oaep(scanned.private_key("rsa"), good, protocol::HASH_SHA256, protocol::HASH_SHA256, "",
                          true)
            .outcome();
    };
    CHECK(outcome("C_DecryptInit error CKR_DEVICE_ERROR mechanism 0x9") == protocol::DEVICE_FAILED);
    CHECK(outcome("C_DecryptInit error CKR_DEVICE_ERROR mechanism 0x3") == protocol::DEVICE_FAILED);
    CHECK(outcome("C_Decrypt error CKR_DEVICE_ERROR") == protocol::DEVICE_FAILED);
    CHECK(outcome("") == protocol::OK);
}
