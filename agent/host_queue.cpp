#include "agent/host.h"

#include "token/protocol/datagram.h"

namespace signet::agent {

namespace {

using token::protocol::Request;

bool gets_on(token::protocol::Outcome outcome) {
    switch (outcome) {
        case token::protocol::DEVICE_FAILED:
        case token::protocol::NOT_LOGGED_IN:
        case token::protocol::KEY_GONE:
        case token::protocol::TOKEN_ABSENT:
        case token::protocol::SLOT_CHANGED:
            return false;
        default:
            return true;
    }
}

/// Sets the authentication of a Sign or Decrypt, or takes it out.
void authenticate(Request& request, const ContextPin* pin, const TokenState& token) {
    const auto set = [pin, &token](auto& operation) {
        if (pin == nullptr)
            return operation.clear_authentication();
        auto& authentication = *operation.mutable_authentication();
        authentication.set_may_be_last_try(pin->may_be_last_try);
        authentication.set_serial(token.serial);
        authentication.set_label(token.label);
        authentication.set_removals(token.removals);
        // The setter that protobuf generates would leave a copy behind that nobody wipes.
        if (pin->pin)
            authentication.mutable_pin()->assign(pin->pin->reveal());
        else
            authentication.clear_pin();
    };
    if (request.has_sign())
        set(*request.mutable_sign());
    else if (request.has_decrypt())
        set(*request.mutable_decrypt());
}

}  // namespace

asio::awaitable<Answer> Host::call(ClientId client, Company company, std::shared_ptr<const TokenState> token,
                                   Request& request, const ContextPin* pin, SendWatch* watch) {
    if (!is_ready()) {
        Answer refused;
        refused.fate = Fate::not_sent;
        co_return refused;
    }
    auto start = [&](Completion<Answer> done) {
        if (m_queue.send_at_once(company, m_operations, room()))
            send(request, *token, pin, watch, std::move(done));
        else
            m_queue.push(client, company, Waiting{token, &request, pin, watch, std::move(done)});
    };
    const auto channel = m_channel;
    auto answer = co_await wait_for<Answer>(m_loop, start);
    const bool answered = answer.fate == Fate::answered;
    if (answered && m_channel == channel) {
        --m_operations;
        send_waiting();
    }
    // A scan or a login beside it is no excuse: there would always be one.
    const bool ended = answer.fate == Fate::lost || answer.fate == Fate::timed_out;
    answer.alone = answer.alone || (ended && company == Company::none);
    if (answer.ok())
        m_succeeded = true;
    if (answered && gets_on(answer.outcome))
        ++m_answered;
    if (answered && answer.outcome == token::protocol::TOKEN_ABSENT && token->current)
        token_was_out(token->slot);
    heed_removal(*token, answer);
    co_return answer;
}

void Host::send_waiting() {
    // What was on its way when the host ended is still received.
    if (!m_channel || m_state == State::ended)
        return;
    if (m_state == State::retiring && m_channel->outstanding() == 0)
        return m_channel->close();
    while (is_ready()) {
        auto next = m_queue.next(m_operations, room());
        if (!next)
            break;
        if (!next->token->current) {
            // Its slot and handle may be another token's and key's by now.
            send_back(std::move(*next), "the token was looked at anew");
            continue;
        }
        send(*next->request, *next->token, next->pin, next->watch, std::move(next->done));
    }
    end_if_unused();
}

void Host::send(Request& request, const TokenState& token, const ContextPin* pin, SendWatch* watch,
                Completion<Answer> done) {
    ++m_operations;
    Clock::duration limit = m_config.operation_timeout;
    authenticate(request, pin, token);
    if (pin != nullptr && !pin->pin)
        limit += pin_pad_limit;
    m_channel->send(request, limit, std::move(done));
    if (watch != nullptr)
        watch->sent();
}

std::size_t Host::room() const noexcept {
    return std::size_t{m_workers} * token::protocol::outstanding_per_worker;
}

void Host::drop(ClientId client) {
    for (auto& waiting : m_queue.drop(client)) {
        Answer answer;
        answer.fate = Fate::client_gone;
        waiting.done.deliver(std::move(answer));
    }
}

void Host::spread_waiting() {
    for (auto& waiting : m_queue.take_any())
        send_back(std::move(waiting), "another token with its key has room");
}

void Host::send_back_waiting() {
    for (auto& waiting : m_queue.clear())
        send_back(std::move(waiting), m_trouble);
}

void Host::send_back(Waiting waiting, const std::string& why) {
    Answer answer;
    answer.fate = Fate::not_sent;
    answer.what = why;
    waiting.done.deliver(std::move(answer));
}

}  // namespace signet::agent
