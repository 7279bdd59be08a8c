//! Lets the program find the engine's shared library where it was linked from,
//! so that neither `LD_LIBRARY_PATH` nor an installation is needed.

fn main() {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    if let Ok(directory) = std::env::var("DUCKDB_LIB_DIR") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{directory}");
    }
}
