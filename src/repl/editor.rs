//! Lines typed at a terminal, with history.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor, EventHandler, KeyCode, KeyEvent, Modifiers};

use super::conversation::Conversation;
use super::helper::Assistant;
use super::indent::{Closing, Return, without_marks};
use super::lines::{Input, Lines};

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
        let color_mode = if options.has_colors { ColorMode::Enabled } else { ColorMode::Disabled };
        let config = Config::builder()
            .auto_add_history(true)
            .max_history_size(MOST_HISTORY)
            .and_then(|builder| builder.history_ignore_dups(true))
            .map_err(|error| error.to_string())?
            .history_ignore_space(true)
            .completion_type(CompletionType::List)
            .completion_show_all_if_ambiguous(true)
            .bell_style(BellStyle::None)
            .color_mode(color_mode)
            .build();
        let mut editor = Editor::with_config(config).map_err(|error| error.to_string())?;
        editor.bind_sequence(
            KeyEvent(KeyCode::Enter, Modifiers::NONE),
            EventHandler::Conditional(Box::new(Return)),
        );
        for bracket in ['}', ']', ')'] {
            let handler = EventHandler::Conditional(Box::new(Closing(bracket)));
            editor.bind_sequence(KeyEvent::new(bracket, Modifiers::NONE), handler);
        }
        editor.set_helper(Some(Assistant::new(talk.clone(), options.has_colors, options.width)));
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
