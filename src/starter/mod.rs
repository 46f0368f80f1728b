//! A first script for a table: what its columns are, which is to be predicted, and a program that trains on them.
//!
//! Called by `nn new`. [`survey`] reads the table and decides what each column is for; [`script`] and [`readme`] are
//! texts made of that. It writes no files and runs nothing.

mod roles;
mod survey;
mod words;
mod write;

pub use roles::{Role, Task};
pub use survey::{Survey, SurveyColumn, survey};
pub use write::{empty_readme, empty_script, readme, script};
