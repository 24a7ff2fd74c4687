#include "token/service.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <thread>
#include <vector>

#include "token/log.h"
#include "token/mailbox.h"
#include "token/module.h"
#include "token/slot_watcher.h"
#include "token/worker.h"
#include "token/worker_count.h"

namespace signet::token {

namespace {

/// Seconds that workers and C_Finalize have once the agent is gone.
constexpr unsigned farewell = 5;

class Loader {
  public:
    explicit Loader(Mailbox& mailbox) noexcept : m_mailbox(mailbox) {}

    /// Answers requests until one has loaded a module; none at the end of the channel.
    std::unique_ptr<Module> load();
    [[nodiscard]] unsigned workers() const noexcept { return m_workers; }
    [[nodiscard]] std::chrono::milliseconds longest_look() const noexcept { return m_longest_look; }

  private:
    std::unique_ptr<Module> try_load(protocol::Reply& reply);

    Mailbox& m_mailbox;
    protocol::Request m_request;
    unsigned m_workers = 0;
    std::chrono::milliseconds m_longest_look{250};
};

std::unique_ptr<Module> Loader::load() {
    while (m_mailbox.receive(m_request)) {
        protocol::Reply reply;
        reply.set_id(m_request.id());
        std::unique_ptr<Module> module;
        try {
            module = try_load(reply);
        } catch (const TokenError& error) {
            reply.set_outcome(error.outcome());
            reply.set_ckr(static_cast<CK_RV>(error.ckr()));
            reply.set_what(error.describe());
        }
        forget(m_request);
        m_mailbox.send(reply);
        if (module != nullptr)
            return module;
    }
    return nullptr;
}

std::unique_ptr<Module> Loader::try_load(protocol::Reply& reply) {
    if (!m_request.has_load())
        throw TokenError(protocol::BAD_REQUEST, "no module is loaded yet");
    const protocol::Load& request = m_request.load();
    if (request.path().empty() || request.sessions() == 0)
        throw TokenError(protocol::BAD_REQUEST, "a Load without a path or without sessions");
    auto module = std::make_unique<Module>(request.path(), request.init_args());
    if (request.longest_look() != 0)
        m_longest_look = std::chrono::milliseconds(request.longest_look());
    m_workers = worker_count(module->functions(), request.sessions());
    protocol::Loaded& loaded = *reply.mutable_loaded();
    loaded.set_description(module->description());
    loaded.set_manufacturer(module->manufacturer());
    loaded.set_workers(m_workers);
    return module;
}

/// From here on the process ends by itself, whatever the module does.
void arm_farewell() noexcept {
    std::signal(SIGALRM, [](int) { _exit(1); });
    alarm(farewell);
}

}  // namespace

void serve(const Channel& channel) {
    {
        Mailbox mailbox(channel);
        Loader loader(mailbox);
        const std::unique_ptr<Module> module = loader.load();
        if (module != nullptr) {
            Anchors anchors(module->functions());
            SlotWatcher watcher(module->functions(), anchors, channel, loader.longest_look());
            std::vector<std::thread> threads;
            for (unsigned i = 0; i < loader.workers(); ++i) {
                threads.emplace_back([&] {
                    Worker worker(*module, anchors, watcher, channel);
                    worker.run();
                    // Before its sessions are closed: that too may hang.
                    arm_farewell();
                });
            }
            for (std::thread& thread : threads)
                thread.join();
        }
    }
    _exit(0);
}

}  // namespace signet::token
