//! The command `nn`.

fn main() -> std::process::ExitCode {
    nn::cli::main()
}
