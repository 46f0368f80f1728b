//! Threads that run the same plan side by side.
//!
//! A [`Pool`] holds its threads for as long as it lives; `run` gives every worker the same function and returns
//! when all are done. Inside, workers meet at a [`Barrier`]. Waiting spins for a moment, because the next piece
//! of work usually comes within microseconds, and then gives the processor away, so that a machine with less
//! cores than threads still makes progress. What a worker computes never depends on how many there are.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// Turns of an idle loop before a waiting thread yields; some microseconds.
const SPINS: u32 = 2_000;
/// Yields of an idle worker before it sleeps.
const YIELDS: u32 = 200;

/// A meeting point of a fixed number of workers, used again and again.
#[derive(Debug)]
pub struct Barrier {
    workers: usize,
    arrived: AtomicUsize,
    generation: AtomicUsize,
}

impl Barrier {
    pub fn new(workers: usize) -> Barrier {
        Barrier { workers, arrived: AtomicUsize::new(0), generation: AtomicUsize::new(0) }
    }

    /// Returns when all workers have called it; what each wrote before is then seen by all.
    pub fn wait(&self) {
        let generation = self.generation.load(Ordering::Acquire);
        if self.arrived.fetch_add(1, Ordering::AcqRel) + 1 == self.workers {
            self.arrived.store(0, Ordering::Relaxed);
            self.generation.store(generation.wrapping_add(1), Ordering::Release);
            return;
        }
        wait_until(|| self.generation.load(Ordering::Acquire) != generation);
    }
}

fn wait_until(done: impl Fn() -> bool) {
    loop {
        for _ in 0..SPINS {
            if done() {
                return;
            }
            std::hint::spin_loop();
        }
        std::thread::yield_now();
    }
}

/// The work of one `run`: a function that outlives it.
type Job = *const (dyn Fn(usize) + Sync);

struct Shared {
    /// Counts the runs; a worker that sees it change takes the job.
    epoch: AtomicUsize,
    job: Mutex<Option<SendJob>>,
    wake: Condvar,
    sleepers: AtomicUsize,
    finished: AtomicUsize,
    panicked: AtomicBool,
    closing: AtomicBool,
}

struct SendJob(Job);
// SAFETY: the function behind the pointer is Sync, and `Pool::run` keeps it alive until every worker is done.
unsafe impl Send for SendJob {}

/// Worker 0 is the thread that calls `run`; the others wait between runs.
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pool of {}", self.workers())
    }
}

impl Pool {
    /// A pool of so many workers, the caller among them. Fewer if the system gives no more threads.
    pub fn new(workers: usize) -> Pool {
        let shared = Arc::new(Shared {
            epoch: AtomicUsize::new(0),
            job: Mutex::new(None),
            wake: Condvar::new(),
            sleepers: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
            panicked: AtomicBool::new(false),
            closing: AtomicBool::new(false),
        });
        let mut threads = Vec::new();
        for worker in 1..workers {
            let theirs = Arc::clone(&shared);
            match std::thread::Builder::new()
                .name(format!("nn-{worker}"))
                .spawn(move || serve(&theirs, worker))
            {
                Ok(thread) => threads.push(thread),
                Err(_) => break,
            }
        }
        Pool { shared, threads }
    }

    pub fn workers(&self) -> usize {
        self.threads.len() + 1
    }

    /// Calls `work` once with each worker's number, side by side.
    pub fn run(&mut self, work: &(dyn Fn(usize) + Sync)) {
        if self.threads.is_empty() {
            work(0);
            return;
        }
        let shared = &*self.shared;
        shared.finished.store(0, Ordering::Relaxed);
        // SAFETY: only the lifetime is lengthened; the guard below keeps this call from ending before the workers are done.
        let job: Job =
            unsafe { std::mem::transmute::<&(dyn Fn(usize) + Sync), &'static (dyn Fn(usize) + Sync)>(work) };
        {
            *lock(&shared.job) = Some(SendJob(job));
            shared.epoch.fetch_add(1, Ordering::SeqCst);
        }
        if shared.sleepers.load(Ordering::SeqCst) > 0 {
            let _guard = lock(&shared.job);
            shared.wake.notify_all();
        }
        let all_done = AllDone { shared, expected: self.threads.len() };
        work(0);
        drop(all_done);
        assert!(!shared.panicked.swap(false, Ordering::Relaxed), "a worker of the pool panicked");
    }
}

/// Waits for the workers, also when worker 0 panics.
struct AllDone<'a> {
    shared: &'a Shared,
    expected: usize,
}

impl Drop for AllDone<'_> {
    fn drop(&mut self) {
        wait_until(|| self.shared.finished.load(Ordering::Acquire) == self.expected);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::Release);
        {
            let _guard = lock(&self.shared.job);
            self.shared.epoch.fetch_add(1, Ordering::SeqCst);
            self.shared.wake.notify_all();
        }
        for thread in self.threads.drain(..) {
            // A worker's panic was reported by the run it happened in.
            let _ = thread.join();
        }
    }
}

fn lock(job: &Mutex<Option<SendJob>>) -> MutexGuard<'_, Option<SendJob>> {
    job.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn serve(shared: &Shared, worker: usize) {
    let mut seen = 0;
    loop {
        await_epoch(shared, seen);
        if shared.closing.load(Ordering::Acquire) {
            return;
        }
        seen = seen.wrapping_add(1);
        let job = lock(&shared.job).as_ref().map(|job| job.0);
        if let Some(job) = job {
            // SAFETY: `Pool::run` waits for `finished` before the function's life ends.
            let work = std::panic::AssertUnwindSafe(|| unsafe { (*job)(worker) });
            if std::panic::catch_unwind(work).is_err() {
                shared.panicked.store(true, Ordering::Relaxed);
            }
        }
        shared.finished.fetch_add(1, Ordering::Release);
    }
}

/// Spins, yields, then sleeps until the epoch moves on.
fn await_epoch(shared: &Shared, seen: usize) {
    let moved = || shared.epoch.load(Ordering::SeqCst) != seen;
    for _ in 0..YIELDS {
        for _ in 0..SPINS {
            if moved() {
                return;
            }
            std::hint::spin_loop();
        }
        std::thread::yield_now();
    }
    shared.sleepers.fetch_add(1, Ordering::SeqCst);
    let mut guard = lock(&shared.job);
    while !moved() {
        guard = shared.wake.wait(guard).unwrap_or_else(|poisoned| poisoned.into_inner());
    }
    drop(guard);
    shared.sleepers.fetch_sub(1, Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_worker_runs_once_and_meets_the_others() {
        for workers in [1, 2, 3, 5] {
            let mut pool = Pool::new(workers);
            let barrier = Barrier::new(pool.workers());
            let counts: Vec<AtomicUsize> = (0..workers).map(|_| AtomicUsize::new(0)).collect();
            for round in 1..200 {
                pool.run(&|worker| {
                    counts[worker].fetch_add(1, Ordering::Relaxed);
                    barrier.wait();
                    assert!(counts.iter().all(|count| count.load(Ordering::Relaxed) == round));
                    barrier.wait();
                });
            }
        }
    }

    #[test]
    fn a_pool_that_slept_wakes() {
        let mut pool = Pool::new(2);
        for _ in 0..3 {
            std::thread::sleep(std::time::Duration::from_millis(30));
            let sum = AtomicUsize::new(0);
            pool.run(&|worker| {
                sum.fetch_add(worker + 1, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 3);
        }
    }
}
