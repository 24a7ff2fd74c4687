#include "client/trust_anchors.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "client/error.h"
#include "client/file_descriptor.h"
#include "client/input_file.h"
#include "cms/error.h"

namespace signet::client {

namespace {

constexpr std::size_t max_file = std::size_t{16} << 20;
constexpr std::size_t max_files = 1024;
constexpr int max_milliseconds = 20'000;

constexpr const char* no_system_anchors = "cannot read whom the system trusts for mail";
constexpr const char* name_anchors = "name the authorities with --trust";

[[noreturn]] void throw_no_certificate(const std::string& path, const std::string& why) {
    throw Error(ExitStatus::malformed, "cannot read certificates from " + path, why,
                "name a file, or a folder of files, with certificates in PEM or DER form");
}

std::vector<cms::Certificate> certificates_in(const std::string& path) {
    const cms::Bytes file = InputFile(path).read_all(max_file);
    try {
        if (cms::as_text(file).find("-----BEGIN ") == std::string_view::npos)
            return {cms::Certificate::from_der(file)};
        auto certificates = cms::Certificate::from_pem(cms::as_text(file));
        if (certificates.empty())
            throw_no_certificate(path, "there is none in it");
        return certificates;
    } catch (const cms::Error& error) {
        throw_no_certificate(path, error.what());
    }
}

void add_new(std::vector<cms::Certificate>& all, std::vector<cms::Certificate> more) {
    for (cms::Certificate& certificate : more)
        if (std::none_of(all.begin(), all.end(), [&](const cms::Certificate& known) {
                return known.fingerprint() == certificate.fingerprint();
            }))
            all.push_back(std::move(certificate));
}

std::vector<cms::Certificate> certificates_below(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    std::error_code unreadable;
    for (std::filesystem::directory_iterator entry(folder, unreadable), end; !unreadable && entry != end;
         entry.increment(unreadable))
        if (!entry->path().filename().string().starts_with('.') && files.size() <= max_files)
            files.push_back(entry->path());
    if (unreadable)
        throw Error(ExitStatus::other, "cannot read " + folder, unreadable.message());
    if (files.empty() || files.size() > max_files)
        throw_no_certificate(folder,
                             files.empty() ? "there are no files in it" : "it has more than 1024 files");
    std::sort(files.begin(), files.end());
    std::vector<cms::Certificate> all;
    for (const auto& file : files) {
        // A pipe would be waited for.
        if (std::filesystem::exists(file, unreadable) && !std::filesystem::is_regular_file(file, unreadable))
            throw_no_certificate(file.string(), "it is no file");
        add_new(all, certificates_in(file.string()));
    }
    return all;
}

/// A folder of our own, as long as it lives.
class PrivateFolder {
  public:
    PrivateFolder() {
        const char* base = std::getenv("TMPDIR");
        m_path = std::string(base == nullptr || *base != '/' ? "/tmp" : base) + "/signet-XXXXXX";
        if (mkdtemp(m_path.data()) == nullptr)
            throw Error(ExitStatus::other, no_system_anchors,
                        "no folder can be made: " + std::generic_category().message(errno), name_anchors);
    }
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;
    ~PrivateFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    [[nodiscard]] std::string operator/(const char* name) const { return m_path + "/" + name; }

  private:
    std::string m_path;
};

/// Whether `program`, which was just started, ended with 0 in time; else it is killed.
bool ends_well(pid_t program) {
    const FileDescriptor process(static_cast<int>(syscall(SYS_pidfd_open, program, 0)));
    pollfd ended{process.get(), POLLIN, 0};
    int polled = 0;
    do {
        polled = process.is_open() ? poll(&ended, 1, max_milliseconds) : 1;
    } while (polled < 0 && errno == EINTR);
    if (polled <= 0)
        kill(program, SIGKILL);
    int status = 0;
    while (waitpid(program, &status, 0) < 0 && errno == EINTR) {
    }
    return polled > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Whether there is such a program. Throws Error if it fails.
bool extract_anchors(const std::string& output) {
    // It writes to a file alone, under another name first.
    std::array<std::string, 6> words{
        "trust", "extract", "--format=pem-bundle", "--filter=ca-anchors", "--purpose=email", output};
    std::array<char*, 7> argv{};
    std::transform(words.begin(), words.end(), argv.begin(), [](std::string& word) { return word.data(); });
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
    pid_t program = -1;
    const int error = posix_spawnp(&program, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        return false;
    if (error != 0 || !ends_well(program))
        throw Error(ExitStatus::other, no_system_anchors, "p11-kit's program trust fails", name_anchors);
    return true;
}

}  // namespace

std::vector<cms::Certificate> read_trust_anchors(const std::string& path) {
    std::error_code unknown;
    return std::filesystem::is_directory(path, unknown) ? certificates_below(path) : certificates_in(path);
}

std::vector<cms::Certificate> system_mail_anchors() {
    const PrivateFolder folder;
    const std::string bundle = folder / "anchors.pem";
    if (!extract_anchors(bundle))
        return {};
    const cms::Bytes file = InputFile(bundle).read_all(max_file);
    try {
        return cms::Certificate::from_pem(cms::as_text(file));
    } catch (const cms::Error& error) {
        throw Error(ExitStatus::other, no_system_anchors, error.what(), name_anchors);
    }
}

}  // namespace signet::client
