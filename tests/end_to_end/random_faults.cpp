#include "tests/end_to_end/random_faults.h"

namespace signet::tests {

namespace {

const std::vector<std::string> functions{"C_Initialize",
                                         "C_GetSlotList",
                                         "C_GetSlotInfo",
                                         "C_GetTokenInfo",
                                         "C_OpenSession",
                                         "C_CloseSession",
                                         "C_GetSessionInfo",
                                         "C_Login",
                                         "C_Logout",
                                         "C_FindObjectsInit",
                                         "C_FindObjects",
                                         "C_FindObjectsFinal",
                                         "C_GetMechanismList",
                                         "C_GetAttributeValue",
                                         "C_WaitForSlotEvent",
                                         "C_SignInit",
                                         "C_Sign",
                                         "C_Sign",
                                         "C_Sign",
                                         "C_DecryptInit",
                                         "C_Decrypt",
                                         "C_DeriveKey"};

const std::vector<std::string> errors{"CKR_DEVICE_ERROR",
                                      "CKR_DEVICE_REMOVED",
                                      "CKR_TOKEN_NOT_PRESENT",
                                      "CKR_SESSION_HANDLE_INVALID",
                                      "CKR_SESSION_CLOSED",
                                      "CKR_SESSION_COUNT",
                                      "CKR_USER_NOT_LOGGED_IN",
                                      "CKR_KEY_HANDLE_INVALID",
                                      "CKR_OBJECT_HANDLE_INVALID",
                                      "CKR_GENERAL_ERROR",
                                      "CKR_FUNCTION_FAILED",
                                      "CKR_OPERATION_ACTIVE",
                                      "CKR_OPERATION_NOT_INITIALIZED",
                                      "CKR_DEVICE_MEMORY",
                                      "CKR_FUNCTION_CANCELED",
                                      "CKR_CRYPTOKI_NOT_INITIALIZED",
                                      "CKR_SLOT_ID_INVALID",
                                      "CKR_USER_ALREADY_LOGGED_IN",
                                      "CKR_BUFFER_TOO_SMALL",
                                      "0x80000001"};

const std::vector<std::string> garbage{"C_Sign garble length unavailable",
                                       "C_Sign garble length 0",
                                       "C_Sign garble length 100000",
                                       "C_Sign garble shorter 1",
                                       "C_Sign garble content",
                                       "C_Decrypt garble length unavailable",
                                       "C_Decrypt garble shorter 1",
                                       "C_Decrypt garble content",
                                       "C_FindObjects garble length 4096",
                                       "C_FindObjects garble content",
                                       "C_GetSlotList garble length 123456789",
                                       "C_GetSlotList garble content",
                                       "C_GetMechanismList garble length unavailable",
                                       "C_GetTokenInfo garble content",
                                       "C_GetAttributeValue garble length unavailable",
                                       "C_GetAttributeValue garble length 2000000000 attribute 0x11",
                                       "C_GetAttributeValue garble content",
                                       "C_GetAttributeValue garble content attribute 0x102",
                                       "C_GetAttributeValue garble content attribute 0x11",
                                       "C_GetAttributeValue garble shorter 1",
                                       "C_FindObjects multiply 1000"};

}  // namespace

const std::string& any_of(const std::vector<std::string>& choices, Randomness& randomness) {
    return choices[below(static_cast<unsigned>(choices.size()), randomness)];
}

unsigned below(unsigned end, Randomness& randomness) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(randomness);
}

std::string random_fault(Randomness& randomness) {
    std::string fault;
    const unsigned kind = below(16, randomness);
    if (kind < 9)
        fault = any_of(functions, randomness) + " error " + any_of(errors, randomness);
    else if (kind < 10)
        fault = any_of(functions, randomness) + " hang";
    else if (kind < 11)
        fault = any_of(functions, randomness) + any_of({" crash", " segfault"}, randomness);
    else if (kind < 12)
        fault = any_of(functions, randomness) + any_of({" delay 20ms", " delay 150ms"}, randomness);
    else
        fault = any_of(garbage, randomness);
    // One that hangs for ever costs each request all of its time.
    if (kind == 9 ? below(16, randomness) != 0
                  : below(4, randomness) != 0 && !fault.ends_with("multiply 1000"))
        fault += " times " + std::to_string(1 + below(3, randomness));
    if (below(4, randomness) == 0)
        fault += " after " + std::to_string(below(5, randomness));
    return fault + "\n";
}

std::string random_card(Randomness& randomness, const std::string& pin) {
    std::string card = "pin locks 3\n";
    if (below(4, randomness) == 0)
        card += any_of({"sessions limit 1\n", "sessions limit 2\n", "sessions limit 16\n",
                        "sessions limit 1 announced\n"},
                       randomness);
    if (below(8, randomness) == 0)
        card += "pin pad " + any_of({pin, pin, "cancelled"}, randomness) + "\n";
    if (below(8, randomness) == 0)
        card += "key always-authenticate\n";
    if (below(3, randomness) == 0)
        card += "events unsupported\n";
    return card;
}

}  // namespace signet::tests
