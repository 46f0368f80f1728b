//! Rewrites of whole graphs.
