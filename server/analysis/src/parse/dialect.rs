//! GoogleSQL as the parser shall read it: its own BigQuery dialect, and what that lacks.

use std::any::TypeId;

use sqlparser::{
    ast::{
        Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentList,
        FunctionArguments, ObjectName,
    },
    dialect::{BigQueryDialect, Dialect},
    keywords::Keyword,
    parser::{Parser, ParserError},
    tokenizer::{Token, Word},
};

use crate::lexer::is_reserved;

/// The parser takes this for its BigQuery dialect wherever it asks.
#[derive(Debug)]
pub(crate) struct GoogleSql;

impl Dialect for GoogleSql {
    fn dialect(&self) -> TypeId {
        TypeId::of::<BigQueryDialect>()
    }

    fn is_identifier_start(&self, c: char) -> bool {
        BigQueryDialect.is_identifier_start(c)
    }

    fn is_identifier_part(&self, c: char) -> bool {
        BigQueryDialect.is_identifier_part(c)
    }

    fn supports_projection_trailing_commas(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_wildcard_replace(&self) -> bool {
        true
    }

    fn supports_select_expr_star(&self) -> bool {
        true
    }

    fn supports_from_first_select(&self) -> bool {
        true
    }

    fn supports_struct_literal(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_pipe_operator(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn is_reserved_for_identifier(&self, keyword: Keyword) -> bool {
        is_reserved(keyword)
    }

    /// The parser also asks this to tell a trailing comma, behind which the list has ended.
    fn is_column_alias(&self, keyword: &Keyword, _: &mut Parser) -> bool {
        !matches!(
            keyword,
            Keyword::EXCEPT
                | Keyword::FROM
                | Keyword::GROUP
                | Keyword::HAVING
                | Keyword::INTERSECT
                | Keyword::LIMIT
                | Keyword::ORDER
                | Keyword::QUALIFY
                | Keyword::UNION
                | Keyword::WHERE
                | Keyword::WINDOW
        )
    }

    fn is_select_item_alias(&self, explicit: bool, keyword: &Keyword, _: &mut Parser) -> bool {
        explicit || !is_reserved(*keyword)
    }

    fn is_table_alias(&self, keyword: &Keyword, _: &mut Parser) -> bool {
        !is_reserved(*keyword) && !matches!(keyword, Keyword::PIVOT | Keyword::UNPIVOT)
    }

    fn parse_prefix(&self, parser: &mut Parser) -> Option<Result<Expr, ParserError>> {
        let opens = keyword_at(parser, 0) == Keyword::WITH
            && parser.peek_nth_token_ref(1).token == Token::LParen;
        opens.then(|| with_expression(parser))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        expr: &Expr,
        _: u8,
    ) -> Option<Result<Expr, ParserError>> {
        let negated = keyword_at(parser, 0) == Keyword::NOT;
        let like = usize::from(negated);
        let quantified = keyword_at(parser, like) == Keyword::LIKE
            && matches!(
                keyword_at(parser, like + 1),
                Keyword::ANY | Keyword::SOME | Keyword::ALL
            );
        quantified.then(|| {
            for _ in 0..like + 2 {
                parser.advance_token();
            }
            // What flows into `LIKE ANY (…)` is what flows into `IN (…)`.
            parser.parse_in(expr.clone(), negated)
        })
    }
}

fn keyword_at(parser: &Parser, position: usize) -> Keyword {
    match &parser.peek_nth_token_ref(position).token {
        Token::Word(Word { keyword, .. }) => *keyword,
        _ => Keyword::NoKeyword,
    }
}

/// `WITH(name AS value, …, result)`, as a call of a function `WITH` whose arguments are named.
fn with_expression(parser: &mut Parser) -> Result<Expr, ParserError> {
    let name = parser.parse_identifier()?;
    parser.expect_token(&Token::LParen)?;
    let mut args = Vec::new();
    while keyword_at(parser, 1) == Keyword::AS {
        let name = parser.parse_identifier()?;
        parser.expect_keyword_is(Keyword::AS)?;
        args.push(FunctionArg::Named {
            name,
            arg: FunctionArgExpr::Expr(parser.parse_expr()?),
            operator: FunctionArgOperator::RightArrow,
        });
        parser.expect_token(&Token::Comma)?;
    }
    let result = FunctionArgExpr::Expr(parser.parse_expr()?);
    args.push(FunctionArg::Unnamed(result));
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Function(Function {
        name: ObjectName::from(vec![name]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    }))
}
