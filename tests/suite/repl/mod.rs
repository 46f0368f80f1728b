//! The prompt: what it answers, what it saves, and how it looks and feels at a terminal.

mod keys;
mod saving;
mod talk;
mod terminal;
mod training;
