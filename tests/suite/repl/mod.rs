//! The prompt: what it answers, what it saves, and how it looks and feels at a terminal.

mod completion;
mod further;
mod keys;
mod saving;
mod talk;
mod terminal;
mod training;
mod typed;
