//! Maps and sets for the numbers of a graph: hashed fast, without a secret, in no order.

/// For keys that no user chooses; names stand in the maps of the standard library.
pub type FastMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
pub type FastSet<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;
