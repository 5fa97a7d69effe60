/* SPDX-License-Identifier: BSD-3-Clause */
// co_await of a task, from coroutine types that know nothing of libqi.
#include <atomic>
#include <coroutine>
#include <exception>
#include <thread>

#include "tests/support/modern.h"

using tests::Modern;

namespace
{

/* The least coroutine that can be: it starts at once, and its frame is destroyed by hand. */
struct Job {
    struct promise_type {
        Job get_return_object()
        {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };

    std::coroutine_handle<promise_type> handle;
};

/* One whose promise lets nothing through but what has the awaiter's members, as strict types do. */
struct Strict {
    struct promise_type : Job::promise_type {
        Strict get_return_object()
        {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        template <typename T> auto await_transform(const qi::Task<T> &task)
        {
            return operator co_await(task);
        }
    };

    std::coroutine_handle<promise_type> handle;
};

struct Seen {
    std::atomic<int> steps{0};
    qi::Result<int> result = 0;
    std::thread::id thread;
};

Job wait_for(qi::Task<int> task, Seen *seen)
{
    seen->steps = 1;
    qi::Result<int> result = co_await task;
    seen->result = result;
    seen->thread = std::this_thread::get_id();
    seen->steps = 2;
}

Job run_two(Modern *host, Seen *seen)
{
    const auto first = co_await host->python.run<int>("launches:returns_later", 20);
    const auto second = co_await host->python.run<int>("launches:returns_later", *first + 1);
    seen->result = *first + *second;
    seen->steps = 2;
}

Strict wait_strictly(qi::Task<int> task, Seen *seen)
{
    seen->result = co_await task;
    seen->steps = 2;
}

} // namespace

TEST_CASE("coroutine waits, and goes on with the result")
{
    Modern host;
    Seen seen, strict;
    const Job job = wait_for(host.python.run<int>("launches:returns_later", 7), &seen);
    const Strict other = wait_strictly(host.python.run<int>("launches:returns_later", 8), &strict);

    CHECK(seen.steps == 1);
    host.until([&] { return seen.steps == 2 && strict.steps == 2; });
    CHECK(seen.result.value() == 7);
    CHECK(seen.thread == std::this_thread::get_id());
    CHECK(strict.result.value() == 8);
    job.handle.destroy();
    other.handle.destroy();
}

TEST_CASE("coroutine does not wait for what has ended")
{
    Modern host;
    Seen seen, failed;
    const Job job = wait_for(host.python.run<int>("launches:returns", 7), &seen);
    const Job nowhere = wait_for(host.python.run<int>("launches:nothing"), &failed);

    CHECK(seen.steps == 2);
    CHECK(seen.result.value() == 7);
    CHECK(failed.steps == 2);
    CHECK(failed.result.status() == QI_ERR_NOT_FOUND);
    job.handle.destroy();
    nowhere.handle.destroy();
}

TEST_CASE("one coroutine awaits one task after another")
{
    Modern host;
    Seen seen;
    const Job job = run_two(&host, &seen);

    host.until([&] { return seen.steps == 2; });
    CHECK(seen.result.value() == 41);
    job.handle.destroy();
}

TEST_CASE("several coroutines await the same task")
{
    Modern host;
    Seen first, second;
    const qi::Task<int> task = host.python.run<int>("launches:returns_later", 7);
    const Job one = wait_for(task, &first), two = wait_for(task, &second);

    host.until([&] { return first.steps == 2 && second.steps == 2; });
    CHECK(first.result.value() + second.result.value() == 14);
    one.handle.destroy();
    two.handle.destroy();
}

TEST_CASE("exception and cancellation are errors of the result")
{
    Modern host;
    Seen failed, cancelled;
    const qi::Task<int> waits = host.python.run<int>("launches:waits");
    const Job one = wait_for(host.python.run<int>("launches:raises_later"), &failed);
    const Job two = wait_for(waits, &cancelled);

    waits.cancel();
    host.until([&] { return failed.steps == 2 && cancelled.steps == 2; });
    CHECK(failed.result.error().type == QLatin1String("ValueError"));
    CHECK(cancelled.result.status() == QI_ERR_CANCELLED);
    one.handle.destroy();
    two.handle.destroy();
}

TEST_CASE("frame that is destroyed while it waits cancels the task")
{
    Modern host;
    Seen seen;
    const qi::Task<int> task = host.python.run<int>("launches:waits");
    const Job job = wait_for(task, &seen);

    job.handle.destroy();
    host.ended(task);
    CHECK(task.state() == qi::TaskState::Cancelled);
    CHECK(host.eval("__import__('launches').cancelled") == "[None]");
    CHECK(seen.steps == 1);
}

TEST_CASE("coroutine of another thread goes on in the GUI thread")
{
    Modern host;
    Seen pending, ended;
    Job one{}, two{};
    std::thread worker([&] {
        const qi::Task<int> task = qi::run<int>("launches:returns_later", 1);
        one = wait_for(task, &pending);
        (void)task.wait();
        two = wait_for(task, &ended);
    });

    host.until([&] { return pending.steps == 2 && ended.steps == 2; });
    worker.join();
    CHECK(pending.thread == std::this_thread::get_id());
    CHECK(ended.thread == std::this_thread::get_id());
    CHECK(ended.result.value() == 1);
    one.handle.destroy();
    two.handle.destroy();
}

TEST_CASE("coroutine that waits when the runtime shuts down is told so")
{
    Modern host;
    Seen seen;
    const Job job = wait_for(host.python.run<int>("launches:waits"), &seen);

    CHECK(host.shutdown() == QI_OK);
    CHECK(seen.steps == 2);
    CHECK(seen.result.error().isCancelled());
    job.handle.destroy();
}
