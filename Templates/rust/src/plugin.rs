//! What the plugin does: nothing here is unsafe, and the tests below need no worker.
use crate::json;
use std::time::Duration;

pub const SCHEMA: &str = r#"{"type":"object","properties":{
    "greeting":{"type":"string","default":"Hello","description":"The word before the name."},
    "pause":{"type":"integer","minimum":0,"maximum":1000,"default":100,
             "description":"Milliseconds between the lines of a stream."}}}"#;

/// What is wrong with arguments or a configuration, as a client is told.
#[derive(Debug, PartialEq)]
pub struct Invalid(pub String);

/// What POST /initialize sets, and GET /config shows.
#[derive(Debug, PartialEq)]
pub struct Configuration {
    pub greeting: String,
    pub pause: Duration,
}

impl Default for Configuration {
    fn default() -> Self {
        Configuration { greeting: "Hello".into(), pause: Duration::from_millis(100) }
    }
}

impl Configuration {
    /// Reads any JSON value.
    pub fn read(text: &str) -> Result<Self, Invalid> {
        let mut configuration = Configuration::default();
        if !text.starts_with('{') {
            return Err(Invalid("expected an object".into()));
        }
        if let Some(value) = json::member(text, "greeting") {
            configuration.greeting = string(value, "greeting")?;
        }
        if let Some(value) = json::member(text, "pause") {
            configuration.pause = Duration::from_millis(count(value, "pause")?);
        }
        Ok(configuration)
    }

    pub fn json(&self) -> String {
        format!(r#"{{"greeting":{},"pause":{}}}"#, json::quoted(&self.greeting), self.pause.as_millis())
    }

    /// One greeting, as a JSON value.
    pub fn greet(&self, who: &str) -> String {
        format!(r#"{{"greeting":{}}}"#, json::quoted(&format!("{}, {}!", self.greeting, who)))
    }
}

/// What a call is given, by name or by position.
#[derive(Debug, PartialEq)]
pub struct Arguments {
    pub who: String,
    pub times: u64,
}

impl Arguments {
    pub fn read(args: &str, kwargs: &str) -> Result<Self, Invalid> {
        let find = |name, index| json::member(kwargs, name).or_else(|| json::item(args, index));
        let who = find("who", 0).ok_or_else(|| Invalid("who: expected a string".into()))?;
        let times = find("times", 1).map_or(Ok(3), |value| count(value, "times"))?;
        Ok(Arguments { who: string(who, "who")?, times })
    }
}

fn string(value: &str, name: &str) -> Result<String, Invalid> {
    json::string(value).ok_or_else(|| Invalid(format!("{}: expected a string", name)))
}

fn count(value: &str, name: &str) -> Result<u64, Invalid> {
    let count = value.parse().ok().filter(|count| *count <= 1000);
    count.ok_or_else(|| Invalid(format!("{}: expected a whole number from 0 to 1000", name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_what_the_configuration_says() {
        let configuration = Configuration::read(r#"{"greeting":"Good \"day\"","pause":5}"#).unwrap();
        assert_eq!(configuration.greet("you"), r#"{"greeting":"Good \"day\", you!"}"#);
        assert_eq!(configuration.json(), r#"{"greeting":"Good \"day\"","pause":5}"#);
    }

    #[test]
    fn a_wrong_configuration_is_refused_by_name() {
        let refused = Invalid("pause: expected a whole number from 0 to 1000".into());
        assert_eq!(Configuration::read(r#"{"pause":-1}"#), Err(refused));
        assert_eq!(Configuration::read("[]"), Err(Invalid("expected an object".into())));
    }

    #[test]
    fn arguments_have_names_or_places() {
        let expected = Arguments { who: "you".into(), times: 2 };
        assert_eq!(Arguments::read(r#"["you",2]"#, "{}").unwrap(), expected);
        assert_eq!(Arguments::read("[]", r#"{"times":2,"who":"you"}"#).unwrap(), expected);
        assert_eq!(Arguments::read("[]", "{}"), Err(Invalid("who: expected a string".into())));
    }
}
