//! A pipeline of three: one producer, many workers, one consumer that sees results in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

/// How much may be in flight.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Worker threads.
    pub threads: usize,
    /// Items that travel together; more means less hand-over, fewer means finer balance.
    pub batch_items: usize,
    /// Bytes after which a batch is full.
    pub batch_bytes: usize,
    /// Bytes of input in flight; one item larger than this travels alone.
    pub bytes: usize,
}

impl Bounds {
    /// Bounds for so many worker threads.
    pub fn new(threads: usize) -> Self {
        Bounds { threads: threads.max(1), batch_items: 64, batch_bytes: 256 << 10, bytes: 4 << 20 }
    }
}

/// Whether the run went to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The producer had no more.
    AtEnd,
    /// The consumer wanted no more.
    Early,
}

/// Bytes in flight, bounded.
struct Gate {
    free: Mutex<usize>,
    changed: Condvar,
    size: usize,
    closed: AtomicBool,
}

impl Gate {
    fn new(size: usize) -> Self {
        Gate { free: Mutex::new(size), changed: Condvar::new(), size, closed: AtomicBool::new(false) }
    }

    /// Waits for room; false when nothing more is wanted.
    fn enter(&self, bytes: usize) -> bool {
        let bytes = bytes.clamp(1, self.size);
        let mut free = lock(&self.free);
        while *free < bytes && !self.closed.load(Ordering::Relaxed) {
            free = self.changed.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free = free.saturating_sub(bytes);
        !self.closed.load(Ordering::Relaxed)
    }

    fn leave(&self, bytes: usize) {
        *lock(&self.free) += bytes.clamp(1, self.size);
        self.changed.notify_all();
    }

    fn close(&self) {
        let _guard = lock(&self.free);
        self.closed.store(true, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

/// Nothing here leaves shared state half-changed, so a poisoned lock is as good as any.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Items with the bytes they count for and their number in the order of batches.
struct Batch<T> {
    number: u64,
    bytes: usize,
    items: Vec<T>,
}

/// Runs `produce` on this thread, `work` on `bounds.threads` workers, `consume` on a thread of its own.
///
/// `produce` is given a function that takes one item and the bytes it counts
/// for; it answers [`ControlFlow::Break`] when nothing more is wanted.
/// `consume` gets the results in the order of the items. `state` makes the
/// memory a worker keeps from item to item. `work` must not panic.
///
/// # Errors
/// When the threads cannot be started.
pub fn run<T: Send, O: Send, S: Send>(
    bounds: Bounds,
    state: impl Fn() -> S,
    produce: impl FnOnce(&mut dyn FnMut(T, usize) -> ControlFlow<()>),
    work: impl Fn(T, &mut S) -> O + Sync,
    mut consume: impl FnMut(O) -> ControlFlow<()> + Send,
) -> Result<Stopped, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(bounds.threads)
        .thread_name(|index| format!("worker {index}"))
        .build()?;
    // One per worker, so the locks are never waited for.
    let states: Vec<Mutex<S>> = (0..bounds.threads).map(|_| Mutex::new(state())).collect();
    let gate = Gate::new(bounds.bytes);
    let (sender, receiver) = mpsc::channel::<Batch<O>>();

    let stopped = std::thread::scope(|threads| {
        let gate = &gate;
        let consumer = threads.spawn(move || {
            // Holds what came out of turn; bounded by the gate.
            let mut early: BTreeMap<u64, Batch<O>> = BTreeMap::new();
            let mut next = 0;
            let mut stopped = Stopped::AtEnd;
            for batch in receiver {
                early.insert(batch.number, batch);
                while let Some(batch) = early.remove(&next) {
                    next += 1;
                    for item in batch.items {
                        if stopped == Stopped::AtEnd && consume(item).is_break() {
                            stopped = Stopped::Early;
                            gate.close();
                        }
                    }
                    gate.leave(batch.bytes);
                }
            }
            stopped
        });
        let (states, work) = (&states, &work);
        pool.in_place_scope(|scope| {
            let mut batch = Batch { number: 0, bytes: 0, items: Vec::new() };
            let send = |full: Batch<T>| {
                let sender = sender.clone();
                scope.spawn(move |_| {
                    let index = rayon::current_thread_index().unwrap_or(0);
                    let mut state = lock(&states[index]);
                    let Batch { number, bytes, items } = full;
                    let items = items.into_iter().map(|item| work(item, &mut state)).collect();
                    // The consumer only goes when all senders are gone.
                    let _ = sender.send(Batch { number, bytes, items });
                });
            };
            produce(&mut |item, bytes| {
                if batch.items.len() >= bounds.batch_items
                    || (batch.bytes + bytes > bounds.batch_bytes && !batch.items.is_empty())
                {
                    let next = Batch { number: batch.number + 1, bytes: 0, items: Vec::new() };
                    let full = std::mem::replace(&mut batch, next);
                    if !gate.enter(full.bytes) {
                        return ControlFlow::Break(());
                    }
                    send(full);
                }
                batch.bytes += bytes;
                batch.items.push(item);
                ControlFlow::Continue(())
            });
            if !batch.items.is_empty() && gate.enter(batch.bytes) {
                send(batch);
            }
        });
        drop(sender);
        match consumer.join() {
            Ok(stopped) => stopped,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    Ok(stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn squares(threads: usize, count: u64, stop_at: Option<u64>) -> (Vec<u64>, Stopped) {
        let mut out = Vec::new();
        let bounds = Bounds { threads, batch_items: 3, batch_bytes: 40, bytes: 100 };
        let stopped = run(
            bounds,
            || 0u64,
            |give| {
                for n in 0..count {
                    if give(n, (n % 150) as usize).is_break() {
                        return;
                    }
                }
            },
            |n, seen: &mut u64| {
                *seen += 1;
                n * n
            },
            |square| {
                out.push(square);
                if Some(square) == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            },
        )
        .unwrap();
        (out, stopped)
    }

    #[test]
    fn results_come_in_order_for_any_number_of_threads() {
        let expected: Vec<u64> = (0..1000).map(|n| n * n).collect();
        for threads in [1, 2, 5] {
            assert_eq!(squares(threads, 1000, None), (expected.clone(), Stopped::AtEnd));
        }
        assert_eq!(squares(2, 0, None), (vec![], Stopped::AtEnd));
    }

    #[test]
    fn a_consumer_that_wants_no_more_ends_an_endless_producer() {
        let (out, stopped) = squares(2, u64::MAX, Some(100));
        assert_eq!(out, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100]);
        assert_eq!(stopped, Stopped::Early);
    }
}
