//! Lines typed at a terminal, with history.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor};

use super::conversation::Conversation;
use super::helper::{Assistant, Looks};
use super::indent::without_marks;
use super::keys::{self, Keys};
use super::lines::{Input, Lines};
use super::lister::Lister;

/// What the terminal can do, and where history is kept.
pub struct EditorOptions {
    /// A file, if there is a place for one.
    pub history: Option<PathBuf>,
    pub has_colors: bool,
    /// Columns of the terminal, at any time.
    pub width: fn() -> usize,
}

/// Inputs that are kept.
const MOST_HISTORY: usize = 10_000;

/// A line editor that knows the session.
pub struct PromptLines<'w> {
    editor: Editor<Assistant<'w>, FileHistory>,
    history: Option<PathBuf>,
}

impl<'w> PromptLines<'w> {
    /// # Errors
    /// When the terminal cannot be used.
    pub fn new(
        talk: &Rc<RefCell<Conversation<'w>>>,
        options: EditorOptions,
    ) -> Result<PromptLines<'w>, String> {
        let config = Config::builder()
            .auto_add_history(true)
            .max_history_size(MOST_HISTORY)
            .and_then(|builder| builder.history_ignore_dups(true))
            .map_err(|error| error.to_string())?
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            // Without colours there are marks all the same.
            .color_mode(ColorMode::Forced)
            .build();
        let mut editor = Editor::with_config(config).map_err(|error| error.to_string())?;
        let keys = Arc::new(Keys::default());
        keys::bind(&mut editor, &keys);
        // A list needs it to appear beside the input; and while there is one, a change of the window is noticed.
        let lister = editor.create_external_printer().ok().map(Lister::new);
        let looks = Looks { has_colors: options.has_colors, width: options.width };
        editor.set_helper(Some(Assistant::new(talk.clone(), looks, keys, lister)));
        if let Some(path) = &options.history {
            // The first time there is none.
            let _ = editor.load_history(path);
        }
        Ok(PromptLines { editor, history: options.history })
    }
}

impl Lines for PromptLines<'_> {
    fn read(&mut self) -> Input {
        if let Some(assistant) = self.editor.helper() {
            assistant.start();
        }
        match self.editor.readline(super::PROMPT) {
            Ok(text) => {
                if let Some(path) = &self.history {
                    // A history that cannot be kept is no reason to stop.
                    let _ = self.editor.append_history(path);
                }
                Input::Text(without_marks(&text))
            }
            Err(ReadlineError::Interrupted) => Input::Cancelled,
            Err(_closed) => Input::End,
        }
    }
}
