//! What was read a moment ago, so that it is not read again. Never more than a fixed number of values.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::time::Timestamp;

/// How many values are remembered, so that nobody can fill the memory by asking.
const SIZE: usize = 10_000;

/// Values by key, each taken as current for the same time.
#[derive(Debug)]
pub struct Cache<K, V> {
    fresh: Duration,
    values: Mutex<HashMap<K, (Timestamp, V)>>,
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    /// An empty cache whose values are current for `fresh`.
    pub fn new(fresh: Duration) -> Self {
        Self { fresh, values: Mutex::default() }
    }

    /// The value, if it is known and still current.
    pub fn get(&self, key: &K, now: Timestamp) -> Option<V> {
        let values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.get(key).filter(|(read_at, _)| now.since(*read_at) < self.fresh).map(|(_, value)| value.clone())
    }

    /// Forgets a value.
    pub fn forget(&self, key: &K) {
        self.values.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }

    /// Puts what we made of a known value in its place. It is no younger for that.
    pub fn change(&self, key: &K, value: V) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = values.get_mut(key) {
            *known = value;
        }
    }

    /// Remembers a value that was read at `now`.
    pub fn put(&self, key: K, value: V, now: Timestamp) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= SIZE {
            values.retain(|_, (read_at, _)| now.since(*read_at) < self.fresh);
        }
        if values.len() < SIZE || values.contains_key(&key) {
            values.insert(key, (now, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: Duration = Duration::from_secs(30);

    #[test]
    fn a_value_is_current_for_its_time_only() {
        let cache = Cache::new(FRESH);
        let now = Timestamp::from_seconds(1_790_000_000);
        cache.put("a", 1, now);
        assert_eq!(cache.get(&"a", now.plus(FRESH - Duration::from_millis(1))), Some(1));
        assert_eq!(cache.get(&"a", now.plus(FRESH)), None);
        assert_eq!(cache.get(&"b", now), None);
    }

    #[test]
    fn a_change_makes_a_value_no_younger() {
        let cache = Cache::new(FRESH);
        let now = Timestamp::from_seconds(1_790_000_000);
        cache.put("a", 1, now);
        cache.change(&"a", 2);
        cache.change(&"b", 3);
        assert_eq!(cache.get(&"a", now), Some(2));
        assert_eq!(cache.get(&"a", now.plus(FRESH)), None);
        assert_eq!(cache.get(&"b", now), None);
    }

    #[test]
    fn a_full_cache_takes_new_values_only_in_place_of_old_ones() {
        let cache = Cache::new(FRESH);
        let now = Timestamp::from_seconds(1_790_000_000);
        for key in 0..SIZE {
            cache.put(key, "old", now);
        }
        cache.put(SIZE, "one too many", now);
        cache.put(0, "known", now);
        assert_eq!((cache.get(&SIZE, now), cache.get(&0, now)), (None, Some("known")));
        let later = now.plus(FRESH);
        cache.put(SIZE, "new", later);
        assert_eq!(cache.get(&SIZE, later), Some("new"));
    }
}
